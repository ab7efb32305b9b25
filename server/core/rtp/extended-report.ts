/**
 * The server's half of the round trip as a viewer measures it: RTCP extended reports, RFC 3611 sections 4.4 and 4.5. A viewer
 * that only receives learns its round trip in no other way; knowing it, a browser repeats lost NACKs in time instead of
 * after an assumed 100 ms.
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   0 |V=2|P|  RC=0   |   PT=RR=201   |           length = 1          |   a compound packet begins with a report
 *   4 |                     SSRC of packet sender                     |
 *   8 |V=2|P|reserved |   PT=XR=207   |           length = 5          |
 *  12 |                     SSRC of packet sender                     |
 *  16 |     BT=5      |   reserved    |       block length = 3        |   DLRR
 *  20 |        SSRC of the receiver that sent the reference time      |
 *  24 |     last RR: the middle 32 bits of that reference time        |
 *  28 |            delay since last RR, in units of 1/65536 s         |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */

export interface ReferenceTime {
  /** The viewer's own SSRC. */
  ssrc: number;
  /** The middle 32 bits of its NTP time. */
  middle32: number;
}

/** Answers a reference time at once, so the delay is 0. @param senderSsrc one of the server's to that viewer */
export function referenceTimeAnswer(senderSsrc: number, { ssrc, middle32 }: ReferenceTime): Buffer {
  const compound = Buffer.alloc(32);
  compound.writeUInt32BE(0x80c90001, 0);
  compound.writeUInt32BE(senderSsrc, 4);
  compound.writeUInt32BE(0x80cf0005, 8);
  compound.writeUInt32BE(senderSsrc, 12);
  compound.writeUInt32BE(0x05000003, 16);
  compound.writeUInt32BE(ssrc, 20);
  compound.writeUInt32BE(middle32, 24);
  return compound;
}
