/**
 * One viewer's stream of a camera, composed of the frames of its rungs and temporal layers: decides whether each frame goes out,
 * and numbers it.
 *
 * Invariants: whatever is left out, every frame that goes out references only frames that went out before it; picture ids have no
 * gap, TL0PICIDX counts the frames of layer 0, timestamps grow and follow those of the pictures, also after gaps of hours; the
 * rung changes at a keyframe of the new one, and until then the old one continues. An upper layer begins at a frame that
 * references only layer 0, and ends at once, also in a rung that is too large. Source: RFC 7741 section 4.2.
 */

import type { EncodedFrame } from '../video/encoded-frame.ts';
import type { ForwardingTarget, Tid } from '../video/forwarding-target.ts';
import { RUNG_NAMES, type RungName } from '../video/rungs.ts';
import { PICTURE_ID_MODULUS, type Vp8Numbers } from './vp8-payload-descriptor.ts';

/**
 * Why a frame is left out: it belongs to another rung or a temporal layer that is not sent, or it needs a frame that was not
 * sent.
 */
export type LeftOut = 'rung' | 'layer' | 'keyframe';

export interface ForwardedFrame {
  readonly numbers: Vp8Numbers;
  /** U32. */
  readonly timestamp90k: number;
}

type ForwardableFrame = Pick<EncodedFrame, 'rung' | 'layer' | 'keyframe' | 'timestamp90k'>;

const U32 = 2 ** 32;
/** 90 kHz: a timestamp more than ten seconds back follows a gap in which the timestamps wrapped. */
const MAX_BACK = 900_000;

export class Vp8Forwarder {
  #target: ForwardingTarget;
  /** Rung of the frames that go out; undefined before the first one. */
  #rung: RungName | undefined;
  #awaitsKeyframe = true;
  /** For each temporal layer, whether the newest frame of it went out: the next one may refer to it. */
  readonly #open: [boolean, boolean, boolean] = [false, false, false];
  #pictureId: number;
  #tl0PicIdx: number;
  #timestamp90k: number | undefined;

  /** @param first the numbers of the first frame; by default 0 */
  constructor(target: ForwardingTarget, first: Vp8Numbers = { pictureId: 0, tl0PicIdx: 0 }) {
    this.#target = target;
    this.#pictureId = first.pictureId;
    this.#tl0PicIdx = (first.tl0PicIdx + 255) % 256;
  }

  get target(): ForwardingTarget {
    return this.#target;
  }

  set target(target: ForwardingTarget) {
    this.#target = target;
  }

  /** The rung that goes out now; undefined before the first keyframe. */
  get rung(): RungName | undefined {
    return this.#rung;
  }

  /** The rung of which a keyframe is needed to reach the target; undefined: none is. */
  get awaitedRung(): RungName | undefined {
    return this.#awaitsKeyframe || this.#rung !== this.#target.rung ? this.#target.rung : undefined;
  }

  /** The viewer's picture is frozen until a keyframe arrives. */
  get isInterrupted(): boolean {
    return this.#awaitsKeyframe;
  }

  /** A frame went out incomplete: only a keyframe may go out next. */
  interrupt(): void {
    this.#awaitsKeyframe = true;
  }

  /** @returns how the frame goes out, or why it does not */
  forward(frame: ForwardableFrame): ForwardedFrame | LeftOut {
    const { rung, keyframe } = frame;
    const isTarget = rung === this.#target.rung;
    if (rung !== this.#rung && !isTarget) return 'rung';
    if (!keyframe && this.#awaitsKeyframe) return 'keyframe';
    if (!keyframe && rung !== this.#rung) return 'rung';
    const tid = frame.layer?.tid ?? 0;
    if (keyframe) this.#begin(rung);
    else if (!this.#takes(tid, frame.layer?.layerSync ?? false)) return 'layer';
    this.#open[tid] = true;
    return this.#number(tid, frame.timestamp90k);
  }

  /** There is no room for the frame: it is left out, and every frame that references it. */
  leaveOut(frame: ForwardableFrame): void {
    if (frame.rung !== this.#rung) return;
    const tid = frame.layer?.tid ?? 0;
    this.#open[tid] = false;
    if (tid === 0) this.#awaitsKeyframe = true;
  }

  /** During the change to a smaller rung the old one is already too large. */
  get #maxTid(): Tid {
    const { rung, maxTid } = this.#target;
    const isOnWayDown = this.#rung !== undefined && RUNG_NAMES.indexOf(this.#rung) < RUNG_NAMES.indexOf(rung);
    return isOnWayDown ? 0 : maxTid;
  }

  #begin(rung: RungName): void {
    this.#rung = rung;
    this.#awaitsKeyframe = false;
    this.#open.fill(false);
  }

  #takes(tid: Tid, layerSync: boolean): boolean {
    const refersTo = layerSync ? this.#open.slice(0, 1) : this.#open.slice(0, tid + 1);
    if (tid <= this.#maxTid && refersTo.every((isOpen) => isOpen)) return true;
    this.#open[tid] = false;
    return false;
  }

  #number(tid: Tid, timestamp90k: number): ForwardedFrame {
    const pictureId = this.#pictureId;
    this.#pictureId = (pictureId + 1) % PICTURE_ID_MODULUS;
    if (tid === 0) this.#tl0PicIdx = (this.#tl0PicIdx + 1) % 256;
    this.#timestamp90k = this.#later(timestamp90k);
    return { numbers: { pictureId, tl0PicIdx: this.#tl0PicIdx }, timestamp90k: this.#timestamp90k };
  }

  /** The keyframe of another rung may be made of a picture that went out already. */
  #later(timestamp90k: number): number {
    const last = this.#timestamp90k;
    if (last === undefined) return timestamp90k;
    const back = (last - timestamp90k + U32) % U32;
    return back <= MAX_BACK ? (last + 1) % U32 : timestamp90k;
  }
}
