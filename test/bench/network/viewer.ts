/** A person at a browser in the bench: Chromium or Firefox, signed in, whose pages are asked alike. */

import type { Host } from '../../network/support/host.ts';
import { TestBrowser } from '../../support/browser.ts';
import { Firefox } from '../../support/firefox.ts';
import type { ServerProcess } from '../../support/server-process.ts';
import { until } from '../../support/until.ts';
import { watchPictures } from '../shown-frames.ts';

/** Several virtual cameras draw their scenes first. */
const CAMERAS_TIMEOUT_MS = 180_000;

export type BrowserName = 'chromium' | 'firefox';

interface Page {
  signIn: (username: string, password: string) => Promise<void>;
  evaluate: <A extends (string | number)[], R>(run: (...args: A) => R, ...args: A) => Promise<Awaited<R>>;
}

/** Figures of all cameras of the page. */
export interface PageFigures {
  nowMs: number;
  keyframes: number;
  /** Pixels; of the first picture. */
  width: number;
}

export class Viewer implements AsyncDisposable {
  readonly #page: Page;
  readonly #close: () => Promise<void>;

  static async open(browser: BrowserName, host: Host, server: ServerProcess, url: string): Promise<Viewer> {
    const viewer = await (browser === 'firefox' ? inFirefox(host, url) : inChromium(host, url));
    await viewer.#page.signIn('admin', server.password);
    return viewer;
  }

  constructor(page: Page, close: () => Promise<void>) {
    this.#page = page;
    this.#close = close;
  }

  get evaluate(): Page['evaluate'] {
    return this.#page.evaluate;
  }

  /** Goes to the cameras like a person who clicks. @returns when, on the page's clock */
  openCameras(): Promise<number> {
    return this.#page.evaluate(() => {
      const find = (root: Document | ShadowRoot): HTMLElement | undefined => {
        for (const element of root.querySelectorAll<HTMLElement>('*')) {
          if (element instanceof HTMLAnchorElement && element.innerText.trim() === 'Cameras') return element;
          const inside = element.shadowRoot && find(element.shadowRoot);
          if (inside) return inside;
        }
        return undefined;
      };
      find(document)?.click();
      return performance.timeOrigin + performance.now();
    });
  }

  /** Waits until this many pictures are there, and records from then on when they are shown. */
  async watch(cameras: number): Promise<void> {
    const isWatched = async (): Promise<boolean> =>
      (await watchPictures(this.#page).catch(() => 0)) >= cameras;
    await until(`${cameras} pictures are there`, isWatched, CAMERAS_TIMEOUT_MS);
  }

  figures(): Promise<PageFigures> {
    return this.#page.evaluate(async () => {
      let keyframes = 0;
      for (const peer of window.peerConnections) {
        for (const entry of (await peer.getStats()).values() as Iterable<Record<string, unknown>>)
          if (entry['type'] === 'inbound-rtp') keyframes += Number(entry['keyFramesDecoded'] ?? 0);
      }
      const nowMs = performance.timeOrigin + performance.now();
      return { nowMs, keyframes, width: window.watchedVideos?.[0]?.videoWidth ?? 0 };
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }
}

async function inChromium(host: Host, url: string): Promise<Viewer> {
  const browser = await TestBrowser.launch({ isBrowser: true, prefix: host.prefix });
  const page = await browser.open(url);
  const asked: Page = {
    signIn: (username, password) => page.signIn(username, password),
    // As Firefox is asked: playwright would take one argument.
    evaluate: (run, ...args) => page.page.evaluate(`(${run.toString()})(...${JSON.stringify(args)})`),
  };
  return new Viewer(asked, async () => {
    await page.close();
    await browser.close();
  });
}

async function inFirefox(host: Host, url: string): Promise<Viewer> {
  const firefox = await Firefox.launch({ prefix: host.prefix });
  const page = await firefox.open(url);
  const asked: Page = {
    signIn: (username, password) => page.signIn(username, password),
    evaluate: (run, ...args) => page.evaluate(run, ...args),
  };
  return new Viewer(asked, () => firefox.close());
}
