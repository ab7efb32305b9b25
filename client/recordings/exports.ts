/**
 * The user's exports on a page: requested, prepared by the server, passed to the browser's downloads once ready, and removed when
 * they were fetched.
 *
 * Invariant: the page starts a download by itself only for exports requested on this page, and once; others, such as an export of
 * another page, an interrupted download, or an export that lacks a part, wait for their button.
 */

import type { ExportView } from '../../server/wire/recording-export.ts';
import { ApiError, errorText } from '../http/api-error.ts';
import { Emitter } from '../emitter.ts';

export type ExportRange = Pick<ExportView, 'cameraId' | 'fromMs' | 'toMs'>;

/** Actions of the server. */
export interface ExportServer {
  list(): Promise<ExportView[]>;
  create(range: ExportRange): Promise<ExportView>;
  /** Also for a removed one, if it was fetched. @throws ApiError otherwise */
  look(item: ExportView): Promise<ExportView>;
  /** @throws ApiError also when it is already removed */
  remove(item: ExportView): Promise<void>;
}

const UNFINISHED =
  'A download did not finish, and the server no longer has its file. Choose the time again to download it.';
/** While something moves, and while something waits. */
const MOVING_MS = 1_000;
const WAITING_MS = 10_000;

export class Exports extends Emitter<{ change: Exports }> {
  readonly #server: ExportServer;
  readonly #save: (item: ExportView) => void;
  #items: readonly ExportView[] = [];
  /** To be saved when they are ready. */
  readonly #wanted = new Set<string>();
  /** Passed to the browser. */
  readonly #saved = new Set<string>();
  #fetched = 0;
  #error: string | null = null;

  /** @param save passes a ready export to the browser */
  constructor(server: ExportServer, save: (item: ExportView) => void) {
    super();
    this.#server = server;
    this.#save = save;
  }

  get items(): readonly ExportView[] {
    return this.#items;
  }

  /** Why the last action failed. */
  get error(): string | null {
    return this.#error;
  }

  /** How many the browser has fetched since the last was asked for. */
  get fetched(): number {
    return this.#fetched;
  }

  /** Time until the next poll; undefined: no export is in progress. */
  get nextLookMs(): number | undefined {
    if (this.#items.length === 0) return undefined;
    const moves = ({ id, state }: ExportView): boolean =>
      state === 'preparing' || state === 'sending' || this.#saved.has(id);
    return this.#items.some(moves) ? MOVING_MS : WAITING_MS;
  }

  async start(range: ExportRange): Promise<void> {
    await this.#act(async () => {
      this.#fetched = 0;
      this.#wanted.add((await this.#server.create(range)).id);
    });
  }

  async retry(failed: ExportView): Promise<void> {
    const { cameraId, fromMs, toMs } = failed;
    await this.start({ cameraId, fromMs, toMs });
  }

  async remove(item: ExportView): Promise<void> {
    this.#wanted.delete(item.id);
    this.#saved.delete(item.id);
    await this.#act(async () => {
      try {
        await this.#server.remove(item);
      } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 404) throw error;
      }
    });
  }

  save(item: ExportView): void {
    this.#wanted.delete(item.id);
    this.#saved.add(item.id);
    this.#save(item);
  }

  /** Polls all of them. The page as a whole shows that the server does not answer. */
  async load(): Promise<void> {
    const items = await this.#server.list().catch(() => this.#items);
    const ids = new Set(items.map(({ id }) => id));
    const gone = this.#items.filter(({ id }) => this.#saved.has(id) && !ids.has(id));
    // Removed before the wait: another poll may begin meanwhile.
    for (const { id } of gone) this.#saved.delete(id);
    this.#take(items);
    for (const item of gone) await this.#lookBackAt(item);
    if (gone.length > 0) this.emit('change', this);
  }

  /** It was removed: it was fetched, it expired, its right ended, or the server restarted. */
  async #lookBackAt(item: ExportView): Promise<void> {
    try {
      if ((await this.#server.look(item)).state === 'fetched') this.#fetched++;
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) this.#error = UNFINISHED;
    }
  }

  async #act(work: () => Promise<void>): Promise<void> {
    this.#error = null;
    try {
      await work();
    } catch (error) {
      this.#error = errorText(error);
    }
    await this.load();
  }

  #take(items: readonly ExportView[]): void {
    this.#items = items;
    for (const item of items) if (isWhole(item) && this.#wanted.has(item.id)) this.save(item);
    this.emit('change', this);
  }
}

function isWhole({ state, problem }: ExportView): boolean {
  return state === 'ready' && problem === null;
}
