import { RUNG_NAMES, type RungName } from '../core/video/rungs.ts';

/** The target of each rung whose encoder is open, bits per second. */
export type RungBitrates = Readonly<Partial<Record<RungName, number>>>;

/** The transcoder's counters per camera, since the server's start. They never decrease. */
export interface TranscodeCounters {
  /** Frames that arrived while there was a subscriber. */
  framesIn: number;
  /** Frames replaced by a newer one before their turn. */
  passedOver: number;
  /** Frames that were not one complete, undamaged JPEG. */
  corrupt: number;
  encoded: number;
  keyframes: number;
  /** Times the camera's codec process died. */
  restarts: number;
  /** Time spent on the encoded frames, in µs, wall time. */
  decodeUs: number;
  encodeUs: number;
  /** Sum of the target bitrates of all rungs, with the last picture. */
  bitrateBps: number;
}

export interface TranscodeStats extends Readonly<TranscodeCounters> {
  /** An encoder is open. */
  readonly encoding: boolean;
  readonly bitratesBps: RungBitrates;
  /** How often the camera was set aside because its frames kept crashing codec processes. */
  readonly timesAside: number;
  /** Incoming frames per second; 0 without an open encoder. */
  readonly fps: number;
}

export function newTranscodeCounters(): TranscodeCounters {
  return {
    framesIn: 0,
    passedOver: 0,
    corrupt: 0,
    encoded: 0,
    keyframes: 0,
    restarts: 0,
    decodeUs: 0,
    encodeUs: 0,
    bitrateBps: 0,
  };
}

/** @returns the number of open encoders of each rung */
export function countRungs(cameras: readonly RungBitrates[]): Record<RungName, number> {
  const counts = { full: 0, large: 0, small: 0, tiny: 0 };
  for (const bitratesBps of cameras)
    for (const rung of RUNG_NAMES) if (bitratesBps[rung] !== undefined) counts[rung]++;
  return counts;
}
