/**
 * The cameras that an edge sends to one of its pages: the edge says so to the site, which writes them into the audit log like
 * its own streams.
 *
 * Invariants: a camera counts only while the page's user may watch it; whatever ends the session ends them all.
 */

/** @returns called when the stream ends */
export type BeginView = (cameraId: string) => (() => void) | undefined;

export class ViewsElsewhere {
  readonly #begin: BeginView;
  readonly #mayWatch: (cameraId: string) => boolean;
  readonly #views = new Map<string, (() => void) | undefined>();

  constructor(begin: BeginView, mayWatch: (cameraId: string) => boolean) {
    this.#begin = begin;
    this.#mayWatch = mayWatch;
  }

  /** Replaces those before. */
  set(cameraIds: readonly string[]): void {
    const wanted = new Set(cameraIds.filter(this.#mayWatch));
    for (const [cameraId, end] of this.#views) {
      if (wanted.has(cameraId)) continue;
      this.#views.delete(cameraId);
      end?.();
    }
    for (const cameraId of wanted)
      if (!this.#views.has(cameraId)) this.#views.set(cameraId, this.#begin(cameraId));
  }

  /** Rights have changed. */
  refreshAccess(): void {
    this.set([...this.#views.keys()]);
  }

  /** Idempotent. */
  close(): void {
    this.set([]);
  }
}
