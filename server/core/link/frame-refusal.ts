/**
 * Why a camera's frame went no further, as ingest, the decoder and the advice share it, and what is remembered of a camera's.
 *
 * Invariant: a record is as large after a million refusals as after one. Times are ms since the Unix epoch.
 */

import { REFUSAL_KINDS, type CameraRefusals, type RefusalKind } from '../../wire/camera.ts';

export interface FrameRefusal<Kind extends RefusalKind = RefusalKind> {
  kind: Kind;
  /** A few words, for people. */
  detail: string;
}

export class RefusalRecord {
  readonly #counts = Object.fromEntries(REFUSAL_KINDS.map((kind) => [kind, 0])) as Record<
    RefusalKind,
    number
  >;
  #last: CameraRefusals['last'] = null;

  add({ kind, detail }: FrameRefusal, atMs: number): void {
    this.#counts[kind]++;
    this.#last = { kind, detail, atMs };
  }

  view(): CameraRefusals {
    return { counts: { ...this.#counts }, last: this.#last && { ...this.#last } };
  }
}
