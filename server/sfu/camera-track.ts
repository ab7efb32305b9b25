/**
 * One camera's encoded video, packetized once and handed to every consumer that is flowing.
 *
 * Invariants: the track holds a subscription of the transcoder exactly while it has a sink, so a camera without viewers
 * costs nothing; sinks hear that the camera fell silent, for a while.
 */

import type { Clock } from '../core/clock.ts';
import type { EncodedFrame, LiveVideo } from '../core/video/encoded-frame.ts';
import type { Subscription } from '../core/fan-out.ts';
import { Vp8Packetizer, type RtpPayload } from '../core/rtp/vp8-packetizer.ts';

/**
 * Called after each frame: when it was encoded, when sending began, when the last viewer had been served. Server clock,
 * µs.
 */
export type OnFrameSent = (encodedUs: number, startedUs: number, endedUs: number) => void;

export interface FrameSink {
  /** The capacity of its line, bits per second; undefined: no limit known. */
  readonly limitBps: number | undefined;
  onFrame(frame: EncodedFrame, payloads: readonly RtpPayload[], nowUs: number): void;
  /** No frame came for an interval of SILENCE_MS; called after each. */
  onSilence(nowUs: number): void;
}

/**
 * Largest RTP payload, in bytes. With header (24), tag (16), UDP (8), IPv6 (40) and a TURN channel (4) the packet stays
 * below 1280, IPv6's minimum MTU, which every path carries.
 */
export const MAX_PAYLOAD_BYTES = 1150;

const SILENCE_MS = 200;
/** Share of a line for the payload: the rest is headers. */
const MEDIA_SHARE = 0.92;
/** By then everything has been repeated that helps, see core/rtp/tail-repeats.ts. */
const MAX_SILENCES = 100;

export class CameraTrack {
  readonly cameraId: string;
  readonly #video: LiveVideo;
  readonly #clock: Clock;
  readonly #onFrameSent: OnFrameSent | undefined;
  readonly #sinks = new Set<FrameSink>();
  readonly #packetizer = new Vp8Packetizer({ maxPayloadBytes: MAX_PAYLOAD_BYTES });
  #subscription: Subscription | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Intervals in a row without a frame; there is nothing to repeat before the first one. */
  #silences = MAX_SILENCES;

  constructor(cameraId: string, video: LiveVideo, clock: Clock, onFrameSent?: OnFrameSent) {
    this.cameraId = cameraId;
    this.#video = video;
    this.#clock = clock;
    this.#onFrameSent = onFrameSent;
  }

  get nowUs(): number {
    return this.#clock();
  }

  /** Several sinks get what is encoded. */
  get isShared(): boolean {
    return this.#sinks.size > 1;
  }

  /**
   * Where nobody's line carries the full rate, the best one's is enough. Never does a poor line lower the picture of a better
   * one.
   */
  limitsChanged(): void {
    const limits = Array.from(this.#sinks, ({ limitBps }) => limitBps ?? Infinity);
    const limitBps = MEDIA_SHARE * Math.max(...limits);
    this.#video.limitBitrate(this.cameraId, limits.length > 0 && limitBps < Infinity ? limitBps : undefined);
  }

  /** @param atOnce a new keyframe is made for the sink; else it waits for the next one. The first sink always gets one. */
  add(sink: FrameSink, atOnce = true): void {
    this.#sinks.add(sink);
    // Before the keyframe is made: it is as large as its line carries.
    this.limitsChanged();
    if (this.#subscription && atOnce) this.requestKeyframe();
    // It asks for its keyframe in a while, also of a camera that is silent since long.
    else if (this.#subscription) this.#silences = Math.min(this.#silences, 0);
    else this.#begin();
  }

  remove(sink: FrameSink): void {
    this.#sinks.delete(sink);
    this.limitsChanged();
    if (this.#sinks.size > 0) return;
    this.#subscription?.close();
    this.#subscription = undefined;
    clearInterval(this.#timer);
  }

  requestKeyframe(): void {
    this.#video.requestKeyframe(this.cameraId);
  }

  #begin(): void {
    this.#silences = MAX_SILENCES;
    this.#timer = setInterval(() => this.#listen(), SILENCE_MS).unref();
    this.#subscription = this.#video.subscribe(this.cameraId, (frame) => this.#deliver(frame));
  }

  /** @throws AggregateError of the sinks' errors, after every sink has had the frame */
  #deliver(frame: EncodedFrame): void {
    this.#silences = -1;
    const nowUs = this.#clock();
    const payloads = this.#packetizer.packetize(frame);
    const failures: unknown[] = [];
    for (const sink of this.#sinks) {
      try {
        sink.onFrame(frame, payloads, nowUs);
      } catch (error) {
        failures.push(error);
      }
    }
    this.#onFrameSent?.(frame.encodedUs, nowUs, this.#clock());
    if (failures.length > 0) throw new AggregateError(failures, 'viewers failed on a frame');
  }

  #listen(): void {
    if (this.#silences >= MAX_SILENCES || ++this.#silences === 0) return;
    const nowUs = this.#clock();
    for (const sink of this.#sinks) sink.onSilence(nowUs);
  }
}
