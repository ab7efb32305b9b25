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
  /** Times the codec process changed under the camera. */
  restarts: number;
  /** Times the camera was put aside because its frames kept ending codec processes. */
  putAside: number;
  /** Time spent on the encoded frames, in µs, by the wall. */
  decodeUs: number;
  encodeUs: number;
  /** The encoder's present target. */
  bitrateBps: number;
}

export interface TranscodeStats extends Readonly<TranscodeCounters> {
  /** An encoder is open. */
  readonly encoding: boolean;
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
    putAside: 0,
    decodeUs: 0,
    encodeUs: 0,
    bitrateBps: 0,
  };
}
