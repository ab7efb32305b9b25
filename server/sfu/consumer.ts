/**
 * One camera on its way to one viewer: sends the frames that the forwarder lets through, answers NACK, PLI and FIR,
 * keeps statistics.
 *
 * Invariant: after every gap (start, pause, no path) the first frame sent is a keyframe, so the viewer's decoder never
 * sees a frame whose reference it lacks.
 */

import { EventEmitter } from 'node:events';
import type { RtcpPacket } from 'werift';
import type { Allocation } from '../core/bandwidth/allocation.ts';
import type { ViewedCamera } from '../core/bandwidth/view-steps.ts';
import type { EncodedFrame } from '../core/video/encoded-frame.ts';
import { timestamp90kAt } from '../core/rtp/rtp-clock.ts';
import type { ViewerFeedback } from '../core/rtp/rtcp-feedback.ts';
import { Vp8Forwarder, type ForwardedFrame } from '../core/rtp/vp8-forwarder.ts';
import type { RtpPayload } from '../core/rtp/vp8-packetizer.ts';
import type { ConsumerParameters, FrameTiming } from '../wire/signaling.ts';
import type { ShownView } from '../wire/shown-view.ts';
import type { CameraTracks } from './camera-tracks.ts';
import { newForwardingCounters, type ConsumerStats } from './consumer-stats.ts';
import { FrameDrops } from './frame-drops.ts';
import { FrameSender } from './frame-sender.ts';
import type { AllocatedCamera, LineAllocation } from './line-allocation.ts';
import { consumerRtpParameters, type ConsumerIdentity } from './rtp-parameters.ts';
import type { OutgoingPacket, RtpPath } from './rtp-stream.ts';
import type { FeedReceiver, RungFeed } from './rung-feed.ts';
import { RungFeeds } from './rung-feeds.ts';

export type ConsumerCloseReason =
  'requested' | 'cameraRemoved' | 'cameraOff' | 'rightRevoked' | 'transportClosed';

const MAX_TIMINGS = 100;

export class Consumer
  extends EventEmitter<{ close: [ConsumerCloseReason]; timings: [FrameTiming[]] }>
  implements AllocatedCamera, FeedReceiver
{
  readonly id: string;
  readonly cameraId: string;
  readonly #identity: ConsumerIdentity;
  readonly #tracks: CameraTracks;
  readonly #sender: FrameSender;
  readonly #path: RtpPath;
  readonly #line: LineAllocation;
  readonly #feeds: RungFeeds;
  readonly #forwarder = new Vp8Forwarder({ rung: 'full', maxTid: 2 });
  readonly #drops: FrameDrops;
  readonly #counters = newForwardingCounters();
  #view: ShownView | undefined;
  #allocation: Allocation | undefined;
  #timings: FrameTiming[] | undefined;
  #resumed = false;
  #flowing = false;
  #pathOpen: boolean;
  #closed = false;

  /** It starts paused. @param pathOpen whether DTLS is done, see `openPath` */
  constructor(
    id: string,
    identity: ConsumerIdentity,
    tracks: CameraTracks,
    path: RtpPath,
    line: LineAllocation,
    pathOpen: boolean,
  ) {
    super();
    this.id = id;
    this.cameraId = tracks.cameraId;
    this.#identity = identity;
    this.#tracks = tracks;
    this.#path = path;
    this.#line = line;
    this.#feeds = new RungFeeds(tracks, path.line, this);
    this.#sender = new FrameSender(identity, path);
    this.#drops = new FrameDrops({
      path,
      forwarder: this.#forwarder,
      ssrc: identity.ssrc,
      onKeyframeNeeded: () => this.#awaitedFeed?.keyframes.need(),
    });
    this.#pathOpen = pathOpen;
  }

  /** Feedback on this consumer's packets names one of these: the SSRC of its frames, of retransmissions, or of repair packets. */
  get ssrcs(): number[] {
    const { ssrc, rtxSsrc, fecSsrc } = this.#identity;
    return [ssrc, rtxSsrc, fecSsrc].filter((each) => each !== undefined);
  }

  /** How large the page shows it, and the available rungs. */
  get viewed(): ViewedCamera {
    return { ...this.#feeds.choices, view: this.#view };
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
    const { framesLeftOut, ...counters } = this.#counters;
    const { layer, keyframe, full, path } = framesLeftOut;
    return {
      ...counters,
      framesSkipped: layer + keyframe + full + path,
      framesLeftOut: { ...framesLeftOut },
      ...this.#sender.figures,
      rung: this.#forwarder.rung,
      target: this.#allocation?.target,
      limitBps: this.#allocation?.limitBps,
      limitedBy: this.#allocation?.limitedBy,
      lineBps: this.#line.targetBps,
      view: this.#view,
    };
  }

  resume(): void {
    if (this.#closed || this.#resumed) return;
    this.#resumed = true;
    this.#startIfReady();
  }

  pause(): void {
    if (!this.#resumed) return;
    this.#resumed = false;
    this.#flowing = false;
    this.#line.remove(this, this.#tracks.nowUs);
    this.#feeds.close();
    this.#allocation = undefined;
    // A page keeps many cameras ready, paused: their last second of video is not kept.
    this.#sender.clear();
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
    this.#sender.close();
    this.emit('close', reason);
    this.removeAllListeners();
  }

  setView(view: ShownView): void {
    this.#view = view;
    if (this.#flowing) this.#line.pageChanged(this.#tracks.nowUs);
  }

  /** Its allocation, changed or not. */
  follow(allocation: Allocation, nowUs: number): void {
    if (!this.#flowing) return;
    this.#allocation = allocation;
    this.#forwarder.target = allocation.target;
    this.#feeds.follow(allocation, this.#forwarder.rung, nowUs);
  }

  /** An empty packet; undefined while no video flows. @param bytes at most, including headers */
  padding(bytes: number): OutgoingPacket | undefined {
    return this.#flowing ? this.#sender.padding(bytes) : undefined;
  }

  setFrameTimings(enabled: boolean): void {
    this.#timings = enabled ? [] : undefined;
  }

  onFrame(frame: EncodedFrame, payloads: readonly RtpPayload[], feed: RungFeed, nowUs: number): void {
    const { framesLeftOut } = this.#counters;
    if (!this.#drops.admits(frame)) {
      framesLeftOut.full++;
      return;
    }
    if (!frame.keyframe) this.#serveRequest(feed, nowUs);
    const forwarded = this.#forwarder.forward(frame);
    if (typeof forwarded === 'string') framesLeftOut[forwarded]++;
    else if (this.#sender.send(frame, forwarded, payloads, nowUs))
      this.#onSent(frame, forwarded, feed, nowUs);
    else {
      this.#forwarder.interrupt();
      framesLeftOut.path++;
    }
  }

  onSilence(feed: RungFeed, nowUs: number): void {
    if (this.#path.isFull) return;
    // The frame that was left out was the last one: no other follows that could be sent in its place.
    this.#drops.onRoom();
    if (feed.keyframes.isOpen) feed.makeKeyframe(nowUs);
    else if (feed.rung === this.#forwarder.rung && !this.#forwarder.isInterrupted)
      this.#sender.repeatTail(nowUs);
  }

  /** @param feedback that names one of this consumer's `ssrcs` */
  onFeedback(feedback: ViewerFeedback, nowUs: number): void {
    if (feedback.kind === 'report') return this.#sender.onReport(feedback, nowUs);
    if (feedback.ssrc !== this.#identity.ssrc) return;
    if (feedback.kind === 'nack') {
      this.#counters.nacksReceived++;
      this.#sender.onNack(feedback.lost, nowUs);
    } else if (feedback.kind === 'keyframe') {
      this.#counters.keyframeRequests++;
      const feed = this.#awaitedFeed;
      feed?.keyframes.request(nowUs, this.#path.line.roundTripUs);
      feed?.makeKeyframe(nowUs);
    }
  }

  /** @returns the RTCP packets that are due; call it about once a second */
  report(nowUs: number): RtcpPacket[] {
    if (this.#timings && this.#timings.length > 0) {
      this.emit('timings', this.#timings);
      this.#timings = [];
    }
    return this.#sender.report(nowUs);
  }

  #startIfReady(): void {
    if (!this.#resumed || !this.#pathOpen || this.#closed || this.#flowing) return;
    this.#flowing = true;
    this.#forwarder.interrupt();
    this.#line.add(this, this.#tracks.nowUs);
  }

  /** The rung of which a keyframe would help the viewer. */
  get #awaitedFeed(): RungFeed | undefined {
    return this.#feeds.of(this.#forwarder.awaitedRung ?? this.#forwarder.rung);
  }

  #serveRequest(feed: RungFeed, nowUs: number): void {
    if (!feed.keyframes.isOpen) return;
    feed.makeKeyframe(nowUs);
    if (feed.rung !== this.#forwarder.rung || !this.#path.line.isNarrow(nowUs)) return;
    // Frames that the viewer can hardly decode only delay the keyframe; if none may be made yet, a jerky picture is
    // better than none.
    if (feed.keyframes.isBeingMade) this.#forwarder.interrupt();
    else this.#forwarder.target = { ...this.#forwarder.target, maxTid: 0 };
  }

  #onSent(frame: EncodedFrame, { timestamp90k }: ForwardedFrame, feed: RungFeed, nowUs: number): void {
    if (frame.keyframe) {
      feed.keyframes.sent(nowUs);
      if (frame.rung === this.#forwarder.target.rung) this.#feeds.settle(frame.rung);
    }
    this.#counters.framesSent++;
    // The age of a repeated picture shows nothing about the path.
    if (!frame.repeated && this.#timings && this.#timings.length < MAX_TIMINGS)
      this.#timings.push(frameTiming(frame, timestamp90k, nowUs));
  }
}

function frameTiming(frame: EncodedFrame, rtpTimestamp: number, sentUs: number): FrameTiming {
  const { captureUs, receivedUs, decodeStartUs, decodedUs, encodedUs } = frame;
  return { rtpTimestamp, captureUs, receivedUs, decodeStartUs, decodedUs, encodedUs, sentUs };
}
