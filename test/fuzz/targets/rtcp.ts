/** RTCP of a signed-in viewer: core/rtp/rtcp-feedback.ts parses it, the consumer acts on it. */

import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import {
  GenericNack,
  PictureLossIndication,
  RtcpPayloadSpecificFeedback,
  RtcpReceiverInfo,
  RtcpRrPacket,
  RtcpTransportLayerFeedback,
} from 'werift';
import type { EncodedFrame } from '../../../server/core/video/encoded-frame.ts';
import { readRtcp } from '../../../server/core/rtp/rtcp-feedback.ts';
import { ViewerLine } from '../../../server/core/rtp/viewer-line.ts';
import { CameraTrack } from '../../../server/sfu/camera-track.ts';
import { Consumer } from '../../../server/sfu/consumer.ts';
import type { OutgoingPacket } from '../../../server/sfu/rtp-stream.ts';
import { mutatedBytes } from '../arbitraries.ts';
import { fuzzCase, type FuzzTarget } from '../target.ts';

const SSRC = 1_000;
/** Each packet is sent again as often as its history allows. */
const MAX_SENT = 8 * 512 + 64;

const u32 = fc.nat(0xffff_ffff);
const packet: fc.Arbitrary<Buffer> = fc.oneof(
  fc.array(fc.nat(0xffff), { minLength: 1, maxLength: 60 }).map((lost) =>
    new RtcpTransportLayerFeedback({
      feedback: new GenericNack({ senderSsrc: 1, mediaSourceSsrc: SSRC, lost }),
    }).serialize(),
  ),
  fc.constant(
    new RtcpPayloadSpecificFeedback({
      feedback: new PictureLossIndication({ senderSsrc: 1, mediaSsrc: SSRC }),
    }).serialize(),
  ),
  fc.tuple(u32, u32, fc.nat(255)).map(([lsr, dlsr, fractionLost]) =>
    new RtcpRrPacket({
      ssrc: 1,
      reports: [
        new RtcpReceiverInfo({
          ssrc: SSRC,
          fractionLost,
          packetsLost: 0,
          highestSequence: 1,
          jitter: 0,
          lsr,
          dlsr,
        }),
      ],
    }).serialize(),
  ),
);
const compound = fc.array(packet, { minLength: 1, maxLength: 4 }).map((packets) => Buffer.concat(packets));

export const rtcp: FuzzTarget = {
  name: 'rtcp',
  cases: [
    fuzzCase(
      'no RTCP makes the server fail or send without bound',
      fc.array(mutatedBytes(compound), { minLength: 1, maxLength: 4 }),
      (datagrams) => {
        const { consumer, sent, deliver } = watchedCamera();
        let nowUs = 1_000_000;
        for (const datagram of datagrams) {
          deliver(nowUs);
          for (const feedback of readRtcp(datagram))
            if (consumer.ssrcs.includes(feedback.ssrc)) consumer.onFeedback(feedback, nowUs);
          consumer.onSilence(nowUs);
          for (const report of consumer.report(nowUs)) report.serialize();
          nowUs += 100_000;
        }
        const { roundTripUs, fractionLost } = consumer.stats;
        assert.ok(sent() <= MAX_SENT);
        assert.ok(roundTripUs >= 0 && roundTripUs < 20_000_000 && fractionLost >= 0 && fractionLost <= 1);
        consumer.close('requested');
      },
    ),
  ],
};

function watchedCamera(): { consumer: Consumer; sent: () => number; deliver: (nowUs: number) => void } {
  const listeners: ((frame: EncodedFrame) => void)[] = [];
  let sequence = 0;
  let sent = 0;
  const video = {
    subscribe: (_cameraId: string, listener: (frame: EncodedFrame) => void) => {
      listeners.push(listener);
      return { close: () => undefined };
    },
    requestKeyframe: () => undefined,
    limitBitrate: () => undefined,
  };
  const track = new CameraTrack('fuzz', video, () => 1_000_000);
  const line = new ViewerLine();
  const path = {
    isFull: false,
    line,
    srtp: { protect: (header: Buffer) => header },
    send: (outgoing: OutgoingPacket) => {
      outgoing.write(line.bandwidth.sent(outgoing.bytes, 0, 0));
      sent++;
      return true;
    },
  };
  const identity = { mid: '0', ssrc: SSRC, rtxSsrc: SSRC + 1, cname: 'fuzz' };
  const consumer = new Consumer('fuzz', identity, track, path, true);
  consumer.resume();
  return {
    consumer,
    sent: () => sent,
    deliver: (nowUs) => {
      const frame: EncodedFrame = {
        cameraId: 'fuzz',
        data: Buffer.alloc(3_000, 1),
        keyframe: sequence === 0,
        repeated: false,
        width: 640,
        height: 480,
        timestamp90k: sequence++ * 3_600,
        captureUs: nowUs,
        receivedUs: nowUs,
        decodeStartUs: nowUs,
        decodedUs: nowUs,
        encodedUs: nowUs,
      };
      for (const listener of listeners) listener(frame);
    },
  };
}
