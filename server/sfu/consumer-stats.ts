/** The figures of one camera on its way to one viewer. */

import type { Allocation } from '../core/bandwidth/allocation.ts';
import type { LeftOut } from '../core/rtp/vp8-forwarder.ts';
import type { ForwardingTarget } from '../core/video/forwarding-target.ts';
import type { RungName } from '../core/video/rungs.ts';
import type { ShownView } from '../wire/shown-view.ts';

interface ForwardingCounters {
  framesSent: number;
  /** Not sent, by reason. `rung`: of a rung that does not go out, while two are received; the viewer misses nothing. */
  framesLeftOut: Record<LeftOut | 'full' | 'path', number>;
  nacksReceived: number;
  keyframeRequests: number;
}

export interface ConsumerStats extends ForwardingCounters {
  /** Frames that the viewer misses. */
  framesSkipped: number;
  packetsSent: number;
  bytesSent: number;
  packetsRetransmitted: number;
  /** Packets of forward error correction. */
  repairPacketsSent: number;
  /** 0 … 1, from the last receiver report. */
  fractionLost: number;
  roundTripUs: number;
  /** The rung that goes out now; undefined before the first frame. */
  rung: RungName | undefined;
  /** The target of forwarding; undefined while paused. */
  target: ForwardingTarget | undefined;
  /** Bits per second of video that the rung must not exceed for this viewer; undefined: no limit. */
  limitBps: number | undefined;
  /** Why it is not the whole picture. */
  limitedBy: Allocation['limitedBy'];
  /** The estimate of the viewer's line for all cameras together, bits per second; undefined: not known. */
  lineBps: number | undefined;
  /** As reported by the page; undefined: it never was. */
  view: ShownView | undefined;
}

export function newForwardingCounters(): ForwardingCounters {
  const framesLeftOut = { rung: 0, layer: 0, keyframe: 0, full: 0, path: 0 };
  return { framesSent: 0, framesLeftOut, nacksReceived: 0, keyframeRequests: 0 };
}
