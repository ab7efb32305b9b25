/** One consumer on its track: a test hands in the frames, controls the path, and reads the sent packets. */

import type { EncodedFrame, LiveVideo } from '../../server/core/video/encoded-frame.ts';
import { timestamp90kAt } from '../../server/core/rtp/rtp-clock.ts';
import { RTP_HEADER_BYTES } from '../../server/core/rtp/rtp-header.ts';
import { ViewerLine } from '../../server/core/rtp/viewer-line.ts';
import { CameraTrack } from '../../server/sfu/camera-track.ts';
import { Consumer } from '../../server/sfu/consumer.ts';
import type { OutgoingPacket } from '../../server/sfu/rtp-stream.ts';

export const BEGIN_US = 1_700_000_000_000_000;
export const SSRC = 1;
export const RTX_SSRC = 2;
const INTERVAL_US = 40_000;
/** Three packets. */
const FRAME_BYTES = 3000;

export interface SentRtp {
  ssrc: number;
  sequenceNumber: number;
  marker: boolean;
  payload: Uint8Array;
}

export class ScriptedConsumer {
  nowUs = BEGIN_US;
  keyframeRequests = 0;
  /** Of the encoder. */
  limitBps: number | undefined;
  readonly sent: SentRtp[] = [];
  /** Of the transport. */
  readonly path = {
    isFull: false,
    line: new ViewerLine(),
    /** False: no path is selected. */
    isOpen: true,
    srtp: {
      protect: (header: Buffer, payload: Uint8Array): Buffer => {
        this.sent.push({
          ssrc: header.readUInt32BE(8),
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
  readonly track: CameraTrack;
  #deliver: ((frame: EncodedFrame) => void) | undefined;

  /** It is paused. @param pathOpen whether DTLS is done */
  constructor(pathOpen = true) {
    const video: LiveVideo = {
      subscribe: (_cameraId, listener) => {
        this.#deliver = listener;
        return { close: () => (this.#deliver = undefined) };
      },
      requestKeyframe: () => void this.keyframeRequests++,
      limitBitrate: (_cameraId, bps) => (this.limitBps = bps),
    };
    this.track = new CameraTrack('door', video, () => this.nowUs);
    const identity = { mid: '0', ssrc: SSRC, rtxSsrc: RTX_SSRC, cname: 'test' };
    this.consumer = new Consumer('1', identity, this.track, this.path, pathOpen);
  }

  /** Whether the camera is encoded for it. */
  get subscribed(): boolean {
    return this.#deliver !== undefined;
  }

  /** The camera sends a frame. @returns the frames this consumer has sent on until now */
  frame(keyframe = false, repeated = false): number {
    this.nowUs += INTERVAL_US;
    const us = this.nowUs;
    this.#deliver?.({
      cameraId: 'door',
      keyframe,
      repeated,
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
    return this.consumer.stats.framesSent;
  }
}
