/**
 * The header of every RTP packet Vigie sends: RFC 3550 section 5.1, with one RFC 8285 one-byte extension.
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   0 |V=2|P|X|  CC   |M|     PT      |       sequence number         |
 *   4 |                           timestamp                           |
 *   8 |                             SSRC                              |
 *  12 |         0xBEDE                |           length = 1          |
 *  16 | id=1  | len=2 |    MIN delay = 0      |    MAX delay = 0      |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * The extension is playout-delay 0/0: it makes Chromium show each frame as soon as it is decoded, instead of keeping it
 * in the jitter buffer. Maxima up to 500 ms mean the same to libwebrtc as 0.
 */

export const RTP_HEADER_BYTES = 20;
export const PLAYOUT_DELAY_URI = 'http://www.webrtc.org/experiments/rtp-hdrext/playout-delay';
export const PLAYOUT_DELAY_ID = 1;

export interface RtpHeader {
  /** 7 bits. */
  payloadType: number;
  /** Set on the last packet of a frame. */
  marker: boolean;
  /** u16. */
  sequenceNumber: number;
  /** 90 kHz, u32. */
  timestamp90k: number;
  ssrc: number;
  /** How long the viewer may keep a frame to wait for what was lost, multiples of 10, below 41 s; default 0. */
  maxPlayoutDelayMs?: number;
}

/** Writes the header into the first 20 bytes of `target`. */
export function writeRtpHeader(target: Buffer, header: RtpHeader): void {
  target[0] = 0x90;
  target[1] = (header.marker ? 0x80 : 0) | header.payloadType;
  target.writeUInt16BE(header.sequenceNumber, 2);
  target.writeUInt32BE(header.timestamp90k, 4);
  target.writeUInt32BE(header.ssrc, 8);
  target.writeUInt32BE(0xbede0001, 12);
  target.writeUInt32BE((PLAYOUT_DELAY_ID << 28) | (2 << 24) | ((header.maxPlayoutDelayMs ?? 0) / 10), 16);
}
