/**
 * The part of a camera's video that one viewer should get. core/bandwidth chooses it, core/rtp/vp8-forwarder.ts follows
 * it.
 */

import type { FrameLayer } from './encoded-frame.ts';
import type { RungName } from './rungs.ts';

/** The number of a temporal layer; 0 is the base layer. */
export type Tid = FrameLayer['tid'];

export interface ForwardingTarget {
  readonly rung: RungName;
  /** Frames of higher temporal layers are left out. */
  readonly maxTid: Tid;
}
