/**
 * Keeps the files of the app, so that it opens, and opens further pages, while the server is away or has been upgraded. Video
 * and data are never kept: they come from the server alone.
 *
 * Invariants: a page comes from the server whenever that answers; files of a release that no page may still use are removed.
 */

/** As the build writes it: client/build/shell-list.ts. */
interface ShellList {
  release: string;
  files: string[];
}

const CACHE = 'vigie-shell';
/** Until then a server that is away has refused; one that is only slow is waited for no longer. */
const PAGE_TIMEOUT_MS = 8_000;
/** From a proxy in front of a server that is away. */
const GATEWAY_ERRORS: ReadonlySet<number> = new Set([502, 503, 504]);

export class ShellCache {
  /** Path of the app, without a slash at the end. */
  readonly #basePath: string;
  #refreshing: Promise<void> | undefined;

  constructor(basePath: string) {
    this.#basePath = basePath;
  }

  /** @returns whether this request is for a file that is kept */
  keeps({ method, url }: Pick<Request, 'method' | 'url'>): boolean {
    return method === 'GET' && new URL(url).pathname.startsWith(`${this.#basePath}/assets/`);
  }

  /** @returns whether this request opens a page of the app */
  opensPage({ method, mode, url }: Pick<Request, 'method' | 'mode' | 'url'>): boolean {
    const path = new URL(url).pathname.slice(this.#basePath.length);
    // Files and answers of the API are opened in a tab too.
    return method === 'GET' && mode === 'navigate' && !path.startsWith('/api/') && !path.includes('.');
  }

  async file(request: Request): Promise<Response> {
    return (await caches.match(request, { cacheName: CACHE })) ?? fetch(request);
  }

  /** @param preloaded the answer that the browser has requested already, if it has */
  async page(request: Request, preloaded: Promise<Response | undefined>): Promise<Response> {
    let answer: Response | undefined;
    try {
      const signal = AbortSignal.timeout(PAGE_TIMEOUT_MS);
      answer = (await preloaded) ?? (await fetch(request, { signal }));
      if (!GATEWAY_ERRORS.has(answer.status)) return answer;
    } catch {
      // The server is away.
    }
    const kept = await caches.match(`${this.#basePath}/`, { cacheName: CACHE });
    return kept ?? answer ?? Response.error();
  }

  /** Fetches what is new of the server's release. Without an answer, what is kept stays. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#refresh()
      .catch(() => undefined)
      .finally(() => (this.#refreshing = undefined));
    return this.#refreshing;
  }

  async #refresh(): Promise<void> {
    const answer = await fetch(`${this.#basePath}/shell.json`, { cache: 'no-cache' });
    if (!answer.ok) return;
    const cache = await caches.open(CACHE);
    const before = await this.#listOf(await cache.match(`${this.#basePath}/shell.json`));
    const list = await this.#listOf(answer.clone());
    if (!list || list.release === before?.release) return;
    const page = await fetch(`${this.#basePath}/`, { cache: 'no-cache', headers: { accept: 'text/html' } });
    // The server was upgraded in between: the next look finds the whole of it.
    if (!page.ok || !(await page.clone().text()).includes(list.release)) return;
    for (const file of list.files) {
      const path = `${this.#basePath}/${file}`;
      if (!(await cache.match(path))) await cache.add(path);
    }
    await cache.put(`${this.#basePath}/`, page);
    await cache.put(`${this.#basePath}/shell.json`, answer);
    await this.#removeOthers(cache, [...list.files, ...(before?.files ?? [])]);
  }

  /** Pages of the release before may still be open, and have more of it to load. */
  async #removeOthers(cache: Cache, files: readonly string[]): Promise<void> {
    const kept = new Set(files.map((file) => `${this.#basePath}/${file}`));
    for (const request of await cache.keys()) {
      const { pathname } = new URL(request.url);
      if (pathname.startsWith(`${this.#basePath}/assets/`) && !kept.has(pathname))
        await cache.delete(request);
    }
  }

  async #listOf(answer: Response | undefined): Promise<ShellList | undefined> {
    if (!answer) return undefined;
    try {
      const { release, files } = (await answer.json()) as Partial<ShellList>;
      return typeof release === 'string' && Array.isArray(files) ? { release, files } : undefined;
    } catch {
      return undefined;
    }
  }
}
