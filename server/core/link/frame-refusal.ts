/**
 * Why a camera's frame was refused, shared by ingest, decoder and advice, and the record of a camera's refusals.
 *
 * Invariant: a record is as large after a million refusals as after one. Times are ms since the Unix epoch.
 */

import { REFUSAL_KINDS, type CameraRefusals, type RefusalKind } from '../../wire/camera.ts';

export interface FrameRefusal<Kind extends RefusalKind = RefusalKind> {
  kind: Kind;
  /** In a few words, for people. */
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
