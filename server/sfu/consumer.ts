/**
 * One camera on its way to one viewer: decides which frames go out, answers NACK, PLI and FIR, keeps statistics.
 *
 * Invariant: after every gap (start, pause, no path) the first frame sent is a keyframe, so the viewer's decoder never
 * sees a frame whose reference it lacks.
 */

import { EventEmitter } from 'node:events';
import type { RtcpPacket } from 'werift';
import type { EncodedFrame } from '../core/video/encoded-frame.ts';
import { timestamp90kAt } from '../core/rtp/rtp-clock.ts';
import type { KeyframeAllowance } from '../core/rtp/keyframe-allowance.ts';
import type { ViewerFeedback } from '../core/rtp/rtcp-feedback.ts';
import type { RtpPayload } from '../core/rtp/vp8-packetizer.ts';
import type { ConsumerParameters, FrameTiming } from '../wire/signaling.ts';
import type { CameraTrack, FrameSink } from './camera-track.ts';
import { Retransmission } from './retransmission.ts';
import { consumerRtpParameters, VP8_PAYLOAD_TYPE, type ConsumerIdentity } from './rtp-parameters.ts';
import { ntpMiddle32, RtpStream, type OutgoingPacket, type RtpPath } from './rtp-stream.ts';

export type ConsumerCloseReason =
  'requested' | 'cameraRemoved' | 'cameraOff' | 'rightRevoked' | 'transportClosed';

const MAX_TIMINGS = 100;

export interface ConsumerStats {
  framesSent: number;
  framesSkipped: number;
  packetsSent: number;
  bytesSent: number;
  packetsRetransmitted: number;
  nacksReceived: number;
  keyframeRequests: number;
  /** 0 … 1, from the last receiver report. */
  fractionLost: number;
  roundTripUs: number;
}

export class Consumer
  extends EventEmitter<{ close: [ConsumerCloseReason]; timings: [FrameTiming[]] }>
  implements FrameSink
{
  readonly id: string;
  readonly cameraId: string;
  readonly #identity: ConsumerIdentity;
  readonly #track: CameraTrack;
  readonly #media: RtpStream;
  readonly #retransmission: Retransmission;
  readonly #path: RtpPath;
  readonly #counters = {
    framesSent: 0,
    framesSkipped: 0,
    nacksReceived: 0,
    keyframeRequests: 0,
    fractionLost: 0,
  };
  readonly #keyframes: KeyframeAllowance;
  readonly #leaveLine: () => void;
  #stopFlow: (() => void) | undefined;
  /** Of the last frame sent. */
  #timestamp90k: number | undefined;
  #timings: FrameTiming[] | undefined;
  #resumed = false;
  #pathOpen: boolean;
  #awaitingKeyframe = true;
  /** The last frame was skipped because the path was full. */
  #wasFull = false;
  #closed = false;

  /** It starts paused. @param pathOpen whether DTLS is done, see `openPath` */
  constructor(id: string, identity: ConsumerIdentity, track: CameraTrack, path: RtpPath, pathOpen: boolean) {
    super();
    this.id = id;
    this.cameraId = track.cameraId;
    this.#identity = identity;
    this.#track = track;
    this.#path = path;
    this.#media = new RtpStream(identity.ssrc, VP8_PAYLOAD_TYPE, path);
    this.#retransmission = new Retransmission(identity.rtxSsrc, path);
    this.#pathOpen = pathOpen;
    this.#keyframes = path.line.keyframesOf(track.cameraId);
    this.#leaveLine = path.line.add(this.#media.arrivals, this.#retransmission.stream.arrivals);
  }

  /** Feedback on this consumer's packets names one of these: of its frames, and of what is sent again. */
  get ssrcs(): [media: number, retransmission: number] {
    return [this.#identity.ssrc, this.#identity.rtxSsrc];
  }

  get limitBps(): number | undefined {
    return this.#path.line.limitBps;
  }

  parameters(nowUs: number): ConsumerParameters {
    return {
      id: this.id,
      producerId: this.cameraId,
      cameraId: this.cameraId,
      kind: 'video',
      rtpParameters: consumerRtpParameters(this.#identity),
      captureClock: { rtpTimestamp: timestamp90kAt(nowUs), captureUs: nowUs },
    };
  }

  get stats(): ConsumerStats {
    return {
      ...this.#counters,
      packetsSent: this.#media.packetCount,
      bytesSent: this.#media.octetCount + this.#retransmission.stream.octetCount,
      packetsRetransmitted:
        this.#retransmission.stream.packetCount - this.#retransmission.stream.paddingCount,
      roundTripUs: this.#path.line.roundTripUs,
    };
  }

  resume(): void {
    if (this.#closed || this.#resumed) return;
    this.#resumed = true;
    this.#stopFlow = this.#path.line.beginFlow();
    this.#startIfReady();
  }

  pause(): void {
    if (!this.#resumed) return;
    this.#resumed = false;
    this.#stopFlow?.();
    this.#track.remove(this);
    // A page keeps many cameras ready, paused: their last second of video is not kept.
    this.#retransmission.clear();
  }

  /** DTLS is done: packets can be sent from now on. */
  openPath(): void {
    this.#pathOpen = true;
    this.#startIfReady();
  }

  close(reason: ConsumerCloseReason): void {
    if (this.#closed) return;
    this.#closed = true;
    this.pause();
    this.#leaveLine();
    this.emit('close', reason);
    this.removeAllListeners();
  }

  /** What the line carries has changed. */
  limitChanged(): void {
    if (this.#resumed) this.#track.limitsChanged();
  }

  /** A packet that holds nothing; undefined while no video flows. @param bytes at most, as a line carries it */
  padding(bytes: number): OutgoingPacket | undefined {
    if (!this.#resumed || this.#timestamp90k === undefined) return undefined;
    return this.#retransmission.stream.padding(bytes, this.#timestamp90k);
  }

  setFrameTimings(enabled: boolean): void {
    this.#timings = enabled ? [] : undefined;
  }

  onFrame(frame: EncodedFrame, payloads: readonly RtpPayload[], nowUs: number): void {
    if (this.#path.isFull) {
      this.#wasFull = true;
      this.#awaitingKeyframe = true;
      this.#counters.framesSkipped++;
      return;
    }
    // Only now that there is room for it: each keyframe costs all viewers of the camera.
    if (this.#wasFull) this.#keyframes.need();
    this.#wasFull = false;
    if (!frame.keyframe && !this.#canDecode(nowUs)) {
      this.#counters.framesSkipped++;
      return;
    }
    let startsKeyframe = frame.keyframe;
    for (const { payload, marker } of payloads) {
      const sequenceNumber = this.#media.send(payload, frame.timestamp90k, marker);
      if (sequenceNumber === undefined) {
        this.#awaitingKeyframe = true;
        this.#counters.framesSkipped++;
        return;
      }
      const packet = { sequenceNumber, timestamp90k: frame.timestamp90k, marker, payload };
      this.#retransmission.sent(packet, startsKeyframe, nowUs);
      startsKeyframe = false;
    }
    this.#awaitingKeyframe = false;
    this.#timestamp90k = frame.timestamp90k;
    if (frame.keyframe) this.#keyframes.sent(nowUs);
    this.#counters.framesSent++;
    // The age of a picture that is shown again says nothing about the way.
    if (!frame.repeated && this.#timings && this.#timings.length < MAX_TIMINGS)
      this.#timings.push(frameTiming(frame, nowUs));
  }

  onSilence(nowUs: number): void {
    if (this.#path.isFull) return;
    // The frame that was skipped was the last one: no other follows that could be sent in its place.
    if (this.#wasFull) this.#keyframes.need();
    this.#wasFull = false;
    if (this.#keyframes.isOpen) this.#makeKeyframe(nowUs);
    else if (!this.#awaitingKeyframe) this.#retransmission.repeatTail(nowUs);
  }

  /** @param feedback that names one of this consumer's `ssrcs` */
  onFeedback(feedback: ViewerFeedback, nowUs: number): void {
    if (feedback.kind === 'report') return this.#onReport(feedback, nowUs);
    if (feedback.ssrc !== this.#identity.ssrc) return;
    if (feedback.kind === 'nack') {
      this.#counters.nacksReceived++;
      this.#retransmission.onNack(feedback.lost, nowUs);
    } else if (feedback.kind === 'keyframe') {
      this.#counters.keyframeRequests++;
      if (!this.#resumed || !this.#pathOpen) return;
      this.#keyframes.request(nowUs, this.#path.line.roundTripUs);
      this.#makeKeyframe(nowUs);
    }
  }

  /** @returns the RTCP packets that are due; call it about once a second */
  report(nowUs: number): RtcpPacket[] {
    if (this.#timings && this.#timings.length > 0) {
      this.emit('timings', this.#timings);
      this.#timings = [];
    }
    if (this.#media.packetCount === 0) return [];
    return this.#media.senderReport(this.#identity.cname, nowUs, timestamp90kAt);
  }

  #startIfReady(): void {
    if (!this.#resumed || !this.#pathOpen || this.#closed) return;
    this.#awaitingKeyframe = true;
    this.#track.add(this, this.#keyframes.join(this.#track.nowUs));
  }

  /** Whether to send a frame that is not a keyframe. */
  #canDecode(nowUs: number): boolean {
    if (this.#keyframes.isOpen) {
      this.#makeKeyframe(nowUs);
      // On a line that is too narrow, what the viewer can hardly decode only delays the keyframe.
      if (this.#path.line.isNarrow(nowUs)) this.#awaitingKeyframe = true;
    }
    return !this.#awaitingKeyframe;
  }

  #makeKeyframe(nowUs: number): void {
    if (this.#keyframes.take(nowUs, this.#track.isShared)) this.#track.requestKeyframe();
  }

  #onReport(report: ViewerFeedback & { kind: 'report' }, nowUs: number): void {
    this.#path.line.onReport(report.lastSr, report.delaySinceLastSr, ntpMiddle32(nowUs));
    this.#retransmission.onReport(report, nowUs);
    if (report.ssrc !== this.#identity.ssrc) return;
    this.#counters.fractionLost = report.fractionLost;
    this.#media.arrivals.onReport(report, this.#media.sent, nowUs);
  }
}

function frameTiming(frame: EncodedFrame, sentUs: number): FrameTiming {
  const { timestamp90k, captureUs, receivedUs, decodeStartUs, decodedUs, encodedUs } = frame;
  return { rtpTimestamp: timestamp90k, captureUs, receivedUs, decodeStartUs, decodedUs, encodedUs, sentUs };
}
