/** What the transcoder counts per camera, since the server's start. Counts only grow. */
export interface TranscodeCounters {
  /** Frames that came while somebody watched. */
  framesIn: number;
  /** Replaced by a newer one before their turn came. */
  passedOver: number;
  /** Not one whole, sound JPEG. */
  corrupt: number;
  encoded: number;
  keyframes: number;
  /** Times the camera's codec process died. */
  restarts: number;
  /** Time spent on the encoded frames, in µs, by the wall. */
  decodeUs: number;
  encodeUs: number;
  /** The encoder's present target. */
  bitrateBps: number;
}

export interface TranscodeStats extends Readonly<TranscodeCounters> {
  /** An encoder is open. */
  readonly encoding: boolean;
  /** Times the camera was set aside because its frames kept ending codec processes. */
  readonly timesAside: number;
  /** Frames per second that come in; 0 when no encoder is open. */
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
