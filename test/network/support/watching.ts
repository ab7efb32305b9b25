/**
 * A person watching the demo camera of a server in the network: signs in, waits for the picture, and reads its path.
 */

import type { LaunchOptions } from '../../support/browser.ts';
import { TestBrowser, type TestPage } from '../../support/browser.ts';
import type { MediaPath } from '../../support/page-scripts.ts';
import { ServerProcess } from '../../support/server-process.ts';
import { until } from '../../support/until.ts';
import type { Host } from './host.ts';

const CAMERA = 'demo';
export const HTTP_PORT = 8080;
export const RTC_PORT = 8081;

/** The server, on its usual ports, with the demo camera. */
export function startServer(host: Host, env: Record<string, string> = {}): Promise<ServerProcess> {
  return ServerProcess.start({
    prefix: host.prefix,
    env: {
      VIGIE_HTTP_PORT: String(HTTP_PORT),
      VIGIE_RTC_PORT: String(RTC_PORT),
      VIGIE_DEMO: 'time-code',
      ...env,
    },
  });
}

export class Watching implements AsyncDisposable {
  readonly page: TestPage;
  readonly browser: TestBrowser;

  /** @param options Chromium's, besides the host */
  static async start(
    host: Host,
    server: ServerProcess,
    url: string,
    options: LaunchOptions = {},
  ): Promise<Watching> {
    const browser = await TestBrowser.launch({ ...options, prefix: host.prefix });
    return new Watching(browser, await signedIn(browser, server, url));
  }

  private constructor(browser: TestBrowser, page: TestPage) {
    this.browser = browser;
    this.page = page;
  }

  /** A different client for the server, in the same browser. */
  async another(server: ServerProcess, url: string): Promise<Watching> {
    return new Watching(this.browser, await signedIn(this.browser, server, url));
  }

  source(): Promise<'video' | 'pictures'> {
    return this.page.source(CAMERA);
  }

  /** Waits until the picture has changed. @returns the path in use */
  async untilMoving(timeoutMs?: number): Promise<MediaPath | undefined> {
    await this.page.nextTimeCode(CAMERA, timeoutMs);
    return this.page.mediaPath();
  }

  /** Reloads the page, signed in. @returns the time until the picture is on the screen */
  async timeToPictureMs(): Promise<number> {
    await this.page.page.reload({ waitUntil: 'commit' });
    await this.page.nextTimeCode(CAMERA);
    return this.page.page.evaluate(() => performance.now());
  }

  /** Reloads the page, signed in. @returns the time until video comes over WebRTC */
  async timeToVideoMs(): Promise<number> {
    await this.page.page.reload({ waitUntil: 'commit' });
    await until('video comes over WebRTC', async () => {
      const { framesDecoded } = await this.page.videoStats().catch(() => ({ framesDecoded: 0 }));
      return framesDecoded > 0 && (await this.source()) === 'video';
    }).catch(async (error: unknown) => {
      const shown = await this.page.page.locator('body').innerText();
      throw new Error(`${String(error)}; ${await this.#connections()}; the page shows: ${shown}`);
    });
    return this.page.page.evaluate(() => performance.now());
  }

  /** @param takeAway removes what WebRTC needs @returns the time until single pictures replace video */
  async fallbackMs(takeAway: () => void | Promise<void>): Promise<number> {
    const startMs = performance.now();
    await takeAway();
    await until('single pictures stand in', async () => (await this.source()) === 'pictures');
    await this.page.nextTimeCode(CAMERA);
    return performance.now() - startMs;
  }

  /** @param giveBack restores what WebRTC needs @returns the time until video is back */
  async returnOfVideoMs(giveBack: () => void | Promise<void>): Promise<number> {
    const startMs = performance.now();
    await giveBack();
    await until('video returns', async () => (await this.source()) === 'video', 40_000);
    await this.page.nextTimeCode(CAMERA);
    return performance.now() - startMs;
  }

  /** Details for a failed test. */
  #connections(): Promise<string> {
    return this.page.page.evaluate(async () => {
      const open = window.peerConnections.filter(({ connectionState }) => connectionState !== 'closed');
      const described = open.map(async (peer) => {
        const stats = [
          ...((await peer.getStats()) as unknown as Map<string, Record<string, unknown>>).values(),
        ];
        const pairs = stats.filter(
          ({ type }) => type === 'candidate-pair' || String(type).endsWith('candidate'),
        );
        return `${peer.connectionState} ${JSON.stringify(pairs)}`;
      });
      return (await Promise.all(described)).join('\n');
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.page.close();
    if (this.browser.pageCount > 0) return;
    await this.browser.close();
    this.browser.assertNoProblems();
  }
}

async function signedIn(browser: TestBrowser, server: ServerProcess, url: string): Promise<TestPage> {
  const page = await browser.open(url);
  await page.signIn('admin', server.password);
  return page;
}
