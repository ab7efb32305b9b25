/**
 * The user's exports as a page knows them: asked for, prepared by the server, handed to the browser's downloads once ready, and
 * gone when they were fetched.
 *
 * Invariant: the browser is told by itself to save only what was asked for on this page, and once; anything else, like an export
 * of another page, one whose download broke off, or one that lacks a part, waits for its button.
 */

import type { ExportView } from '../../server/wire/recording-export.ts';
import { ApiError, errorText } from '../http/api-error.ts';
import { Emitter } from '../emitter.ts';

export type ExportRange = Pick<ExportView, 'cameraId' | 'fromMs' | 'toMs'>;

/** Actions of the server. */
export interface ExportServer {
  list(): Promise<ExportView[]>;
  create(range: ExportRange): Promise<ExportView>;
  /** Also of one that is gone, if it was fetched. @throws ApiError otherwise */
  look(item: ExportView): Promise<ExportView>;
  /** @throws ApiError also when it is gone already */
  remove(item: ExportView): Promise<void>;
}

const UNFINISHED =
  'A download did not finish, and the server keeps its file no longer. Choose the time again to download it.';
/** While something moves, and while something waits. */
const MOVING_MS = 1_000;
const WAITING_MS = 10_000;

export class Exports extends Emitter<{ change: Exports }> {
  readonly #server: ExportServer;
  readonly #save: (item: ExportView) => void;
  #items: readonly ExportView[] = [];
  /** To be saved when they are ready. */
  readonly #wanted = new Set<string>();
  /** Handed to the browser. */
  readonly #saved = new Set<string>();
  #fetched = 0;
  #error: string | null = null;

  /** @param save hands one that is ready to the browser */
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

  /** Until it should be looked at again; undefined: nothing is under way. */
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

  /** Looks at all of them. The page as a whole shows that the server does not answer. */
  async load(): Promise<void> {
    const items = await this.#server.list().catch(() => this.#items);
    const ids = new Set(items.map(({ id }) => id));
    const gone = this.#items.filter(({ id }) => this.#saved.has(id) && !ids.has(id));
    // Taken out before the wait: another look may begin meanwhile.
    for (const { id } of gone) this.#saved.delete(id);
    this.#take(items);
    for (const item of gone) await this.#lookBackAt(item);
    if (gone.length > 0) this.emit('change', this);
  }

  /** It is gone: because it was fetched, or because it was not in time, or its right or the server ended. */
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
