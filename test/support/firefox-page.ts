/**
 * A page in Firefox: elements are found by test id through all shadow roots, clicked and typed into like a person does.
 */

import type { BidiSession } from './bidi-session.ts';
import { mediaPathOfPage, type MediaPath } from './page-scripts.ts';
import { until } from './until.ts';

type Json = string | number | boolean | null;

/** Runs in the page. @returns the first matching, visible element, in any shadow root */
const FIND = `(selector) => {
  const within = (root) => {
    for (const element of root.querySelectorAll('*')) {
      if (element.matches(selector) && element.getClientRects().length > 0) return element;
      const found = element.shadowRoot && within(element.shadowRoot);
      if (found) return found;
    }
    return null;
  };
  return within(document);
}`;

export class FirefoxPage {
  readonly #session: BidiSession;
  readonly #context: string;
  readonly #userContext: string;

  constructor(session: BidiSession, context: string, userContext: string) {
    this.#session = session;
    this.#context = context;
    this.#userContext = userContext;
  }

  async goto(url: string): Promise<void> {
    await this.#session.send('browsingContext.navigate', { context: this.#context, url, wait: 'complete' });
  }

  async reload(): Promise<void> {
    await this.#session.send('browsingContext.reload', { context: this.#context, wait: 'complete' });
  }

  /** Runs a function in the page, without its surrounding scope. Arguments and result are passed as JSON. */
  async evaluate<A extends Json[], R>(run: (...args: A) => R, ...args: A): Promise<Awaited<R>> {
    const text = await this.#call(
      `async (args) => JSON.stringify((await (${run.toString()})(...JSON.parse(args))) ?? null)`,
      JSON.stringify(args),
    );
    return ((JSON.parse(String(text['value'])) as unknown) ?? undefined) as Awaited<R>;
  }

  /** Waits until it is visible. @param selector of CSS; a bare word is a test id */
  async waitFor(selector: string, timeoutMs?: number): Promise<void> {
    await this.#element(selector, timeoutMs);
  }

  async isShown(selector: string): Promise<boolean> {
    return (await this.#find(selector)) !== undefined;
  }

  async textOf(selector: string): Promise<string> {
    const sharedId = await this.#element(selector);
    const text = await this.#call('(element) => element.innerText', { sharedId });
    return String(text['value']);
  }

  async click(selector: string): Promise<void> {
    const sharedId = await this.#element(selector);
    await this.#call('(element) => element.scrollIntoView({ block: "center" })', { sharedId });
    const element = { type: 'element', element: { sharedId } };
    await this.#act('pointer', [
      { type: 'pointerMove', x: 0, y: 0, origin: element },
      { type: 'pointerDown', button: 0 },
      { type: 'pointerUp', button: 0 },
    ]);
  }

  /** Types into an empty field. */
  async type(selector: string, text: string): Promise<void> {
    await this.click(selector);
    const keys = Array.from(text).flatMap((value) => [
      { type: 'keyDown', value },
      { type: 'keyUp', value },
    ]);
    await this.#act('key', keys);
  }

  async signIn(username: string, password: string): Promise<void> {
    await this.type('[data-testid=username]', username);
    await this.type('[data-testid=password]', password);
    await this.click('sign-in');
    await this.waitFor('user-menu');
  }

  /** The source of a camera's current picture: WebRTC, or as pictures over the WebSocket. */
  async source(): Promise<'video' | 'pictures'> {
    return (await this.isShown('camera-note')) ? 'pictures' : 'video';
  }

  /** The time code in the first picture shown: units of 100 µs modulo 2^32. */
  async timeCode(): Promise<number | undefined> {
    const sharedId = await this.#find('camera-video');
    if (sharedId === undefined) return undefined;
    const read = 'async (video) => window.readTimeCodeOf(video, video.videoWidth, video.videoHeight) ?? null';
    const { value } = await this.#call(read, { sharedId });
    return typeof value === 'number' ? value : undefined;
  }

  /** Waits until the picture has changed. @returns the newer code */
  async nextTimeCode(timeoutMs = 20_000): Promise<number> {
    const before = await this.timeCode();
    return until(
      'the picture moves',
      async () => {
        const code = await this.timeCode();
        return code !== undefined && code !== before && code;
      },
      timeoutMs,
    );
  }

  mediaPath(): Promise<MediaPath | undefined> {
    return this.evaluate(mediaPathOfPage);
  }

  /** @returns a PNG of the visible part */
  async screenshot(): Promise<Buffer> {
    const { data } = await this.#session.send('browsingContext.captureScreenshot', {
      context: this.#context,
    });
    return Buffer.from(String(data), 'base64');
  }

  async close(): Promise<void> {
    await this.#session.send('browser.removeUserContext', { userContext: this.#userContext });
  }

  async #element(selector: string, timeoutMs?: number): Promise<string> {
    return until(`there is ${selector}`, () => this.#find(selector), timeoutMs);
  }

  async #find(selector: string): Promise<string | undefined> {
    const css = /^[\w-]+$/.test(selector) ? `[data-testid=${selector}]` : selector;
    const { sharedId } = await this.#call(FIND, css);
    return typeof sharedId === 'string' ? sharedId : undefined;
  }

  /** @returns the result as BiDi serializes it @throws Error with the page's exception */
  async #call(
    functionDeclaration: string,
    argument: string | { sharedId: string },
  ): Promise<Record<string, unknown>> {
    const answer = await this.#session.send('script.callFunction', {
      functionDeclaration,
      arguments: [typeof argument === 'string' ? { type: 'string', value: argument } : argument],
      target: { context: this.#context },
      awaitPromise: true,
    });
    if (answer['type'] === 'exception')
      throw new Error(`in the page: ${(answer['exceptionDetails'] as { text: string }).text}`);
    return answer['result'] as Record<string, unknown>;
  }

  async #act(type: 'pointer' | 'key', actions: object[]): Promise<void> {
    await this.#session.send('input.performActions', {
      context: this.#context,
      actions: [{ type, id: type, actions }],
    });
  }
}
