/** One consumer on its track: a test hands in the frames, controls the path, and reads the sent packets. */

import type { EncodedFrame } from '../../server/core/video/encoded-frame.ts';
import type { FrameSource } from '../../server/core/video/frame-source.ts';
import { timestamp90kAt } from '../../server/core/rtp/rtp-clock.ts';
import { RTP_HEADER_BYTES } from '../../server/core/rtp/rtp-header.ts';
import { ViewerLine } from '../../server/core/rtp/viewer-line.ts';
import { RUNG_NAMES, rungsOf, type RungName } from '../../server/core/video/rungs.ts';
import type { CameraTrack, FrameSink } from '../../server/sfu/camera-track.ts';
import { CameraTracks } from '../../server/sfu/camera-tracks.ts';
import { LineAllocation } from '../../server/sfu/line-allocation.ts';
import { Consumer } from '../../server/sfu/consumer.ts';
import { pageFormat } from '../../server/sfu/rtp-parameters.ts';
import type { OutgoingPacket } from '../../server/sfu/rtp-stream.ts';
import { NO_VIDEO } from './no-video.ts';

export const BEGIN_US = 1_700_000_000_000_000;
export const SSRC = 1;
export const RTX_SSRC = 2;
const INTERVAL_US = 40_000;
/** Three packets. */
const FRAME_BYTES = 3000;

export interface SentRtp {
  payloadType: number;
  ssrc: number;
  /** The header extensions, from the profile on. */
  extensions: string;
  sequenceNumber: number;
  marker: boolean;
  payload: Uint8Array;
}

export class ScriptedConsumer {
  nowUs = BEGIN_US;
  keyframeRequests = 0;
  /** Bits per second that a recording needs of the rung `full`. */
  recordedBps = 0;
  /** The rungs of which keyframes were requested, in order. */
  readonly keyframesAsked: RungName[] = [];
  /** Limits of the encoders. */
  readonly limitsBps: Partial<Record<RungName, number | undefined>> = {};
  readonly sent: SentRtp[] = [];
  /** The transport's path. */
  readonly path = {
    isFull: false,
    /** Bytes that wait of the consumer's stream. */
    waitingBytes: 0,
    replace: (_ssrc: number, bytes: number): boolean => bytes <= this.path.waitingBytes,
    line: new ViewerLine(),
    /** False: no path is selected. */
    isOpen: true,
    srtp: {
      protect: (header: Buffer, payload: Uint8Array): Buffer => {
        this.sent.push({
          payloadType: header.readUInt8(1) & 0x7f,
          ssrc: header.readUInt32BE(8),
          extensions: header.toString('hex', 12),
          sequenceNumber: header.readUInt16BE(2),
          marker: header.readUInt8(1) > 0x7f,
          payload,
        });
        return Buffer.concat([header.subarray(0, RTP_HEADER_BYTES), payload]);
      },
    },
    send: (packet: OutgoingPacket): boolean => {
      packet.write(0);
      return this.path.isOpen;
    },
  };
  readonly consumer: Consumer;
  readonly tracks: CameraTracks;
  /** The track of the rung `full`. */
  readonly track: CameraTrack;
  /** Estimate of the transport's line; undefined: not known. */
  targetBps: number | undefined;
  readonly allocation = new LineAllocation(() => this.targetBps);
  readonly #sinks = new Set<FrameSink>();
  readonly #deliver = new Map<RungName, (frame: EncodedFrame) => void>();

  /** It is paused. @param pathOpen whether DTLS is done */
  constructor(pathOpen = true, format = pageFormat(false)) {
    const video: FrameSource = {
      ...NO_VIDEO,
      subscribeRung: (_cameraId, { rung, limitBps }, listener) => {
        this.#deliver.set(rung, listener);
        this.#limit(rung, limitBps);
        return {
          limit: (bps) => this.#limit(rung, bps),
          requestKeyframe: () => {
            this.keyframeRequests++;
            this.keyframesAsked.push(rung);
          },
          close: () => {
            this.#deliver.delete(rung);
            this.#limit(rung, Infinity);
          },
        };
      },
      rungsOf: () => rungsOf(640, 480, 25, this.recordedBps),
    };
    const tracks = new CameraTracks('door', video, () => this.nowUs);
    this.track = tracks.of('full');
    this.tracks = tracks;
    for (const rung of RUNG_NAMES) this.#listen(tracks.of(rung));
    const rtxSsrc = format.rtx === undefined ? undefined : RTX_SSRC;
    const identity = { mid: '0', ssrc: SSRC, rtxSsrc, cname: 'test', format };
    this.consumer = new Consumer('1', identity, tracks, this.path, this.allocation, pathOpen);
  }

  /** Whether the camera is encoded for it. */
  get subscribed(): boolean {
    return this.#deliver.size > 0;
  }

  /** The rungs that are encoded for it. */
  get rungs(): RungName[] {
    return [...this.#deliver.keys()];
  }

  /** The picture ids of the frames sent until now. */
  get pictureIds(): number[] {
    const ids = this.sent
      .filter(({ ssrc }) => ssrc === SSRC)
      .map(({ payload }) => Buffer.from(payload).readUInt16BE(2) & 0x7fff);
    return [...new Set(ids)];
  }

  /** No frame has come for a while. */
  silence(): void {
    for (const sink of this.#sinks) sink.onSilence(this.nowUs);
  }

  #limit(rung: RungName, bps: number): void {
    this.limitsBps[rung] = bps === Infinity ? undefined : bps;
  }

  #listen(track: CameraTrack): void {
    const [add, remove] = [track.add.bind(track), track.remove.bind(track)];
    track.add = (sink, atOnce) => {
      this.#sinks.add(sink);
      add(sink, atOnce);
    };
    track.remove = (sink) => {
      this.#sinks.delete(sink);
      remove(sink);
    };
  }

  /** The camera sends a frame. @returns the frames this consumer has sent on until now */
  frame(keyframe = false, repeated = false): number {
    return this.picture({ full: { keyframe, repeated } });
  }

  /** The camera sends a picture, encoded in the rungs that are named and subscribed. @returns as `frame` */
  picture(
    rungs: Partial<Record<RungName, Partial<Pick<EncodedFrame, 'keyframe' | 'repeated' | 'layer'>>>>,
  ): number {
    this.nowUs += INTERVAL_US;
    const us = this.nowUs;
    for (const rung of RUNG_NAMES) {
      if (!rungs[rung]) continue;
      this.#deliver.get(rung)?.({
        cameraId: 'door',
        rung,
        layer: undefined,
        keyframe: false,
        repeated: false,
        ...rungs[rung],
        width: 640,
        height: 480,
        data: Buffer.alloc(FRAME_BYTES, 1),
        timestamp90k: timestamp90kAt(us),
        captureUs: us,
        receivedUs: us,
        decodeStartUs: us,
        decodedUs: us,
        encodedUs: us,
      });
    }
    return this.consumer.stats.framesSent;
  }
}
