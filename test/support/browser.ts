/**
 * The real Chromium, under observation: a page error, a refused resource, a request to another host or an answer that
 * breaks the HTTP contract fails the test.
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type BrowserServer,
  type ElementHandle,
  type Locator,
  type Page,
  type Response,
} from 'playwright-core';
import { assertContract } from './assert-contract.ts';
import { findBrowser, findChromium } from './chromium.ts';
import { mediaPathOfPage, PAGE_SCRIPTS, type MediaPath } from './page-scripts.ts';
import { until } from './until.ts';

const ARGUMENTS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
  // Chromium's sandbox does not work for root, and CI is root.
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
];
/** Errors that the browser reports when a session has ended, or the server is unreachable: not the page's fault. */
const EXPECTED_CONSOLE =
  /status of 401|WebSocket connection to .* failed|ERR_CONNECTION_REFUSED|status of 404/;

/** Fields of RTCInboundRtpStreamStats. */
const SUMMED_STATS = [
  'bytesReceived',
  'packetsReceived',
  'retransmittedPacketsReceived',
  'nackCount',
  'framesDecoded',
  'jitterBufferDelay',
  'jitterBufferEmittedCount',
] as const;

export interface LaunchOptions {
  /** Its home folder; it looks there for certificates to trust. */
  home?: string;
  /** Words in front of its command line; they must exec it. */
  prefix?: readonly string[];
  /** Not the shell: see chromium.ts. */
  isBrowser?: boolean;
  /** Further switches of Chromium. */
  args?: readonly string[];
}

/** Set by run.ts: the address of a Chromium that the files of a run share. */
export const SHARED_BROWSER = 'VIGIE_TEST_BROWSER';

export async function startChromium({
  prefix = [],
  args = [],
  home,
  isBrowser = false,
}: LaunchOptions = {}): Promise<BrowserServer> {
  const program = isBrowser ? findBrowser() : findChromium();
  if (program === undefined) throw new Error('no Chromium: run `npm test`, which sees to it');
  return chromium.launchServer({
    executablePath: prefix.length > 0 ? prefixed(program, prefix) : program,
    args: [...ARGUMENTS, ...args],
    ...(home !== undefined && { env: { ...process.env, HOME: home } }),
  });
}

export class TestBrowser {
  readonly browser: Browser;
  readonly #problems: string[] = [];
  /** Undefined: it is shared. */
  readonly #server: BrowserServer | undefined;

  /** @param options left out, it may be one that other files use too: nothing of a page outlives its profile in it */
  static async launch(options?: LaunchOptions): Promise<TestBrowser> {
    const shared = options === undefined ? process.env[SHARED_BROWSER] : undefined;
    if (shared !== undefined) return new TestBrowser(undefined, await chromium.connect(shared));
    const server = await startChromium(options);
    return new TestBrowser(server, await chromium.connect(server.wsEndpoint()));
  }

  private constructor(server: BrowserServer | undefined, browser: Browser) {
    this.#server = server;
    this.browser = browser;
  }

  /**
   * A page with a separate browser profile.
   *
   * @param prepare called before the page navigates
   */
  async open(
    url: string,
    prepare: (page: Page) => Promise<void> = async () => {},
    options: BrowserContextOptions = {},
  ): Promise<TestPage> {
    const context = await this.browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    await context.addInitScript(PAGE_SCRIPTS);
    const page = await context.newPage();
    this.#watch(page, new URL(url).host);
    await prepare(page);
    await page.goto(url);
    return new TestPage(page, context);
  }

  get pageCount(): number {
    return this.browser.contexts().length;
  }

  /** @param provoked errors caused by the test @throws Error listing the errors of all pages */
  assertNoProblems(provoked?: RegExp): void {
    const problems = this.#problems.filter((problem) => !provoked?.test(problem));
    if (problems.length > 0) throw new Error(`the pages had problems:\n${problems.join('\n')}`);
  }

  /** One that is shared lives on, without what was opened here. */
  async close(): Promise<void> {
    await this.browser.close();
    await this.#server?.close();
  }

  /** Stops all its processes with their sockets open, like a phone off the network: the server gets no notice. */
  freeze(): void {
    process.kill(-this.#processGroup, 'SIGSTOP');
  }

  async kill(): Promise<void> {
    await this.#ownServer.kill();
  }

  get #ownServer(): BrowserServer {
    if (!this.#server) throw new Error('others use this browser: launch one with options of its own');
    return this.#server;
  }

  /** playwright starts Chromium as the leader of a group of its own. */
  get #processGroup(): number {
    const { pid } = this.#ownServer.process();
    if (pid === undefined) throw new Error('the browser has no process');
    return pid;
  }

  #watch(page: Page, host: string): void {
    page.on('pageerror', (error) => this.#problems.push(`error: ${error.stack ?? error.message}`));
    page.on('console', (message) => {
      const text = message.text();
      if (message.type() === 'error' && !EXPECTED_CONSOLE.test(text))
        this.#problems.push(`console: ${text} (${message.location().url})`);
    });
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (url.host !== '' && url.host !== host) this.#problems.push(`foreign request: ${request.url()}`);
    });
    page.on('response', (response) => void this.#checkAnswer(response));
  }

  /** Files and streams may be long; JSON is small. */
  async #checkAnswer(response: Response): Promise<void> {
    const contentType = response.headers()['content-type'] ?? '';
    if (!contentType.includes('json')) return;
    // Answers to a page that has navigated away are ignored.
    const text = await response.text().catch(() => undefined);
    if (text === undefined) return;
    const method = response.request().method();
    const { pathname: path } = new URL(response.url());
    try {
      assertContract({ method, path, status: response.status(), contentType, text });
    } catch (error) {
      this.#problems.push(`contract: ${String(error)}`);
    }
  }
}

export class TestPage {
  readonly page: Page;
  readonly context: BrowserContext;

  constructor(page: Page, context: BrowserContext) {
    this.page = page;
    this.context = context;
  }

  async signIn(username: string, password: string): Promise<void> {
    await this.page.locator('[data-testid=username] input').fill(username);
    await this.page.locator('[data-testid=password] input').fill(password);
    await this.page.getByTestId('sign-in').click();
    await this.page.getByTestId('user-menu').waitFor();
  }

  tile(cameraId: string): Locator {
    return this.page.locator(`[data-testid=camera-tile][data-camera-id="${cameraId}"]`);
  }

  /** live, connecting or offline, as the page shows; undefined without such a camera. */
  async status(cameraId: string): Promise<string | undefined> {
    const badge = this.tile(cameraId).getByTestId('camera-status');
    // In one step: the element may disappear in between.
    const [status] = await badge.evaluateAll((elements) =>
      elements.map((element) => element.dataset['status']),
    );
    return status;
  }

  untilStatus(cameraId: string, status: string | undefined, timeoutMs = 20_000): Promise<true> {
    return until(
      `${cameraId} is ${status ?? 'gone'}`,
      async () => (await this.status(cameraId)) === status,
      timeoutMs,
    );
  }

  /** The time code in a camera's current picture: units of 100 µs modulo 2^32. */
  timeCode(cameraId: string): Promise<number | undefined> {
    return this.#onVideo(cameraId, (video) =>
      window.readTimeCodeOf(video, video.videoWidth, video.videoHeight),
    );
  }

  /** The source of the current picture: WebRTC, or as pictures over the WebSocket, which the page states. */
  async source(cameraId: string): Promise<'video' | 'pictures'> {
    return (await this.tile(cameraId).getByTestId('camera-note').count()) > 0 ? 'pictures' : 'video';
  }

  videoWidth(cameraId: string): Promise<number | undefined> {
    return this.#onVideo(cameraId, (video) => video.videoWidth);
  }

  /** Waits until the picture has changed. @returns the newer code */
  async nextTimeCode(cameraId: string, timeoutMs = 20_000): Promise<number> {
    const before = await this.timeCode(cameraId);
    return until(
      `the picture of ${cameraId} moves`,
      async () => {
        const code = await this.timeCode(cameraId);
        return code !== undefined && code !== before && code;
      },
      timeoutMs,
    );
  }

  /** getStats of all incoming video of the page, summed up. */
  videoStats(): Promise<Record<(typeof SUMMED_STATS)[number], number>> {
    return this.page.evaluate(async (names) => {
      const sums = Object.fromEntries(names.map((name) => [name, 0]));
      for (const peer of window.peerConnections) {
        for (const entry of (await peer.getStats()).values() as Iterable<Record<string, number | string>>) {
          if (entry['type'] !== 'inbound-rtp') continue;
          for (const name of names) sums[name] = (sums[name] ?? 0) + Number(entry[name] ?? 0);
        }
      }
      return sums as Record<(typeof names)[number], number>;
    }, SUMMED_STATS);
  }

  /** The path of the media, as the browser reports it; undefined while there is none. */
  mediaPath(): Promise<MediaPath | undefined> {
    return this.page.evaluate(mediaPathOfPage);
  }

  async close(): Promise<void> {
    await this.context.close();
  }

  async #onVideo<T>(
    cameraId: string,
    read: (video: HTMLVideoElement) => T | Promise<T>,
  ): Promise<T | undefined> {
    const video = this.tile(cameraId).getByTestId('camera-video');
    const element = await video.elementHandle({ timeout: 1000 }).catch(() => null);
    return element ? (element as ElementHandle<HTMLVideoElement>).evaluate(read) : undefined;
  }
}

const prefixedPrograms = new Map<string, string>();

/** playwright takes the path of a program, so there is one for each prefix. */
function prefixed(program: string, prefix: readonly string[]): string {
  const words = [...prefix, program].map((word) => `'${word.replaceAll("'", `'\\''`)}'`);
  const command = words.join(' ');
  const known = prefixedPrograms.get(command);
  if (known !== undefined) return known;
  const path = join(mkdtempSync(join(tmpdir(), 'vigie-browser-')), 'chromium');
  writeFileSync(path, `#!/bin/sh\nexec ${command} "$@"\n`, { mode: 0o755 });
  process.once('exit', () => rmSync(dirname(path), { recursive: true, force: true }));
  prefixedPrograms.set(command, path);
  return path;
}
