/**
 * One rung of a camera, packetized once and passed to every viewer that receives it.
 *
 * Invariants: the track holds a subscription of its source exactly while it has a sink, so a rung without viewers costs nothing;
 * it is encoded for the best line of its viewers: a poor line never lowers the picture of a better one, and an unknown line
 * changes nothing. Sinks are told, for a while, that the camera is silent.
 */

import type { Clock } from '../core/clock.ts';
import type { EncodedFrame } from '../core/video/encoded-frame.ts';
import type { FrameSource, RungSubscription } from '../core/video/frame-source.ts';
import type { RungName } from '../core/video/rungs.ts';
import { packetizeVp8, type RtpPayload } from '../core/rtp/vp8-packetizer.ts';

/**
 * Called after each frame: when it was ready to be sent, when sending began, and when the last viewer was served. Server clock,
 * µs.
 */
export type OnFrameSent = (encodedUs: number, startedUs: number, endedUs: number) => void;

export interface FrameSink {
  /** The bitrate of the rung that its line carries, bits per second of video; Infinity: no limit; undefined: not known yet. */
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
/** After this, no further repeat helps, see core/rtp/tail-repeats.ts. */
const MAX_SILENCES = 100;

export class CameraTrack {
  readonly cameraId: string;
  readonly rung: RungName;
  readonly #video: FrameSource;
  readonly #clock: Clock;
  readonly #onFrameSent: OnFrameSent | undefined;
  readonly #sinks = new Set<FrameSink>();
  #subscription: RungSubscription | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Intervals in a row without a frame; there is nothing to repeat before the first one. */
  #silences = MAX_SILENCES;
  /** The demand of each sink. */
  #needBps = new Map<FrameSink, number>();
  /** The two highest demands: that of a sink and the highest of the others. */
  #bestBps: number[] = [];
  #limitBps = Infinity;
  #closed = false;

  constructor(cameraId: string, rung: RungName, video: FrameSource, clock: Clock, onFrameSent?: OnFrameSent) {
    this.cameraId = cameraId;
    this.rung = rung;
    this.#video = video;
    this.#clock = clock;
    this.#onFrameSent = onFrameSent;
  }

  /** Several sinks get what is encoded. */
  get isShared(): boolean {
    return this.#sinks.size > 1;
  }

  /**
   * @param fullBps of the rung without a limit
   * @returns the bitrate that the other sinks require, undefined if there are none
   */
  heldBps(sink: FrameSink | undefined, fullBps: number): number | undefined {
    const [first, second] = this.#bestBps;
    const isFirst = sink !== undefined && this.#needBps.get(sink) === first;
    const heldBps = isFirst ? second : first;
    return heldBps === undefined ? undefined : Math.min(fullBps, heldBps);
  }

  /** The demand of a sink has changed. */
  sinksChanged(): void {
    const nowBps = this.#limitBps;
    this.#needBps = new Map(Array.from(this.#sinks, (sink) => [sink, sink.limitBps ?? nowBps]));
    this.#bestBps = Array.from(this.#needBps.values())
      .toSorted((a, b) => b - a)
      .slice(0, 2);
    const [limitBps = Infinity] = this.#bestBps;
    if (limitBps !== this.#limitBps) this.#subscription?.limit(limitBps);
    this.#limitBps = limitBps;
  }

  /** @param atOnce a new keyframe is made for the sink; else it waits for the next one. The first sink always gets one. */
  add(sink: FrameSink, atOnce = true): void {
    this.#sinks.add(sink);
    // Before the keyframe is made: it is as large as its line carries.
    this.sinksChanged();
    if (this.#subscription && atOnce) this.requestKeyframe();
    // It requests its keyframe after a while, also from a camera that has long been silent.
    else if (this.#subscription) this.#silences = Math.min(this.#silences, 0);
    else this.#begin();
  }

  remove(sink: FrameSink): void {
    this.#sinks.delete(sink);
    if (this.#sinks.size === 0) this.#end();
    this.sinksChanged();
  }

  /** The camera was removed: nothing is requested from it any more, however many sinks are left. */
  close(): void {
    this.#closed = true;
    this.#end();
  }

  requestKeyframe(): void {
    this.#subscription?.requestKeyframe();
  }

  #end(): void {
    this.#subscription?.close();
    this.#subscription = undefined;
    clearInterval(this.#timer);
  }

  #begin(): void {
    if (this.#closed) return;
    this.#silences = MAX_SILENCES;
    this.#timer = setInterval(() => this.#listen(), SILENCE_MS).unref();
    const demand = { rung: this.rung, limitBps: this.#limitBps };
    this.#subscription = this.#video.subscribeRung(this.cameraId, demand, (frame) => this.#deliver(frame));
  }

  /** @throws AggregateError of the sinks' errors, after every sink has had the frame */
  #deliver(frame: EncodedFrame): void {
    this.#silences = -1;
    const nowUs = this.#clock();
    const payloads = packetizeVp8(frame, MAX_PAYLOAD_BYTES);
    const failures: unknown[] = [];
    for (const sink of this.#sinks) {
      try {
        sink.onFrame(frame, payloads, nowUs);
      } catch (error) {
        failures.push(error);
      }
    }
    this.#onFrameSent?.(frame.arrivedUs ?? frame.encodedUs, nowUs, this.#clock());
    if (failures.length > 0) throw new AggregateError(failures, 'viewers failed on a frame');
  }

  #listen(): void {
    if (this.#silences >= MAX_SILENCES || ++this.#silences === 0) return;
    const nowUs = this.#clock();
    for (const sink of this.#sinks) sink.onSilence(nowUs);
  }
}
