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
import { readRtcp } from '../../../server/core/rtp/rtcp-feedback.ts';
import { mutatedBytes } from '../arbitraries.ts';
import { fuzzCase, type FuzzTarget } from '../target.ts';
import { ScriptedConsumer, SSRC } from '../../support/scripted-consumer.ts';

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
        const rig = new ScriptedConsumer();
        const { consumer } = rig;
        consumer.resume();
        for (const [index, datagram] of datagrams.entries()) {
          rig.frame(index === 0);
          for (const feedback of readRtcp(datagram))
            if (consumer.ssrcs.includes(feedback.ssrc)) consumer.onFeedback(feedback, rig.nowUs);
          rig.silence();
          for (const report of consumer.report(rig.nowUs)) report.serialize();
          rig.nowUs += 60_000;
        }
        const { roundTripUs, fractionLost } = consumer.stats;
        assert.ok(rig.sent.length <= MAX_SENT);
        assert.ok(roundTripUs >= 0 && roundTripUs < 20_000_000 && fractionLost >= 0 && fractionLost <= 1);
        consumer.close('requested');
      },
    ),
  ],
};
