import assert from 'node:assert/strict';
import { test } from 'node:test';
import { numberedPayload, packetizeVp8 } from '../../server/core/rtp/vp8-packetizer.ts';
import { ViewerLine } from '../../server/core/rtp/viewer-line.ts';
import { ForwardErrorCorrection } from '../../server/sfu/forward-error-correction.ts';
import { FLEXFEC_PAYLOAD_TYPE, pageFormat, VP8_PAYLOAD_TYPE } from '../../server/sfu/rtp-parameters.ts';
import { RtpStream, type OutgoingPacket } from '../../server/sfu/rtp-stream.ts';
import { RTP_HEADER_BYTES } from '../../server/core/rtp/rtp-header.ts';
import { FlexfecDecoder } from '../support/flexfec-decoder.ts';

const MEDIA_SSRC = 1;
const FEC_SSRC = 3;
const SECOND_US = 1_000_000;

/** A viewer whose line loses packets and takes long; the packets are not encrypted. */
class LossyLine {
  readonly sent: Buffer[] = [];
  readonly overtaking: OutgoingPacket[] = [];
  readonly line = new ViewerLine();
  readonly path = {
    isFull: false,
    line: this.line,
    srtp: { protect: (header: Buffer, payload: Uint8Array): Buffer => Buffer.concat([header, payload]) },
    send: (packet: OutgoingPacket): boolean => {
      if (packet.isRepair) this.overtaking.push(packet);
      return this.sent.push(packet.write(0)) > 0;
    },
  };
  readonly media = new RtpStream(MEDIA_SSRC, VP8_PAYLOAD_TYPE, this.path);
  readonly correction = new ForwardErrorCorrection(
    FEC_SSRC,
    FLEXFEC_PAYLOAD_TYPE,
    { ssrc: MEDIA_SSRC, format: pageFormat(true) },
    this.path,
  );
  nowUs = 0;
  #timestamp90k = 0xffff_ff00;
  #pictureId = 0x1ff;

  /** @param lost share of the packets, as reports say */
  report(roundTripUs: number, lost: number): void {
    for (let i = 1; i <= 3; i++) {
      this.nowUs += SECOND_US;
      this.correction.onLosses({ share: lost, shortestRoundTripUs: roundTripUs }, this.nowUs);
    }
  }

  /** @returns its packets: of the video, and of the repairs */
  frame(packetCount: number): { media: Buffer[]; repairs: Buffer[] } {
    this.sent.length = 0;
    this.#timestamp90k = (this.#timestamp90k + 3600) >>> 0;
    const data = Buffer.from(Array.from({ length: packetCount * 900 }, (_, i) => (i * i) % 251));
    const payloads = packetizeVp8({ data, layer: undefined }, 910);
    const numbers = { pictureId: ++this.#pictureId, tl0PicIdx: this.#pictureId % 256 };
    const sequenceNumbers = payloads.map(({ payload, marker }) =>
      this.media.send(numberedPayload(payload, numbers), this.#timestamp90k, marker),
    );
    const firstSequenceNumber = sequenceNumbers[0] ?? 0;
    this.correction.sent(
      { payloads, numbers, firstSequenceNumber, timestamp90k: this.#timestamp90k, layer: undefined },
      this.nowUs,
    );
    return {
      media: this.sent.filter((datagram) => datagram.readUInt32BE(8) === MEDIA_SSRC),
      repairs: this.sent.filter((datagram) => datagram.readUInt32BE(8) === FEC_SSRC),
    };
  }
}

test('on a line with losses and a long round trip, whichever packet is lost comes with its repair', () => {
  const line = new LossyLine();
  line.report(120_000, 0.05);
  const before: Buffer[] = [];
  for (const packetCount of [5, 1, 3, 7, 20]) {
    const { media, repairs } = line.frame(packetCount);
    before.push(...media);
    for (const lost of media) {
      const decoder = new FlexfecDecoder(MEDIA_SSRC);
      for (const packet of before) if (packet !== lost) decoder.onMedia(packet);
      for (const repair of repairs) decoder.onRepair(repair.subarray(RTP_HEADER_BYTES));
      if (repairs.length > 0) assert.deepEqual(decoder.repaired, [lost]);
    }
    for (const repair of repairs) assert.equal(repair.readUInt8(1), FLEXFEC_PAYLOAD_TYPE);
  }
});

test('without losses, and where a retransmission is quick, nothing is repaired', () => {
  const line = new LossyLine();
  line.report(120_000, 0);
  assert.equal(line.frame(5).repairs.length, 0);
  line.report(20_000, 0.05);
  assert.equal(line.frame(5).repairs.length, 0);
});

test('a repair packet does not overtake the frame that it protects', () => {
  const line = new LossyLine();
  line.report(120_000, 0.05);
  assert.ok(line.frame(10).repairs.length > 0);
  assert.deepEqual(line.overtaking, []);
});

test('a repair packet fits where a packet of video fits', () => {
  const line = new LossyLine();
  line.report(120_000, 0.05);
  const { media, repairs } = line.frame(5);
  const largest = Math.max(...media.map(({ length }) => length));
  for (const { length } of repairs) assert.ok(length <= largest + 36, `${length} for ${largest}`);
});
