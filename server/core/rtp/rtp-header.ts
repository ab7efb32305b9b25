/**
 * The header of every RTP packet Vigie sends: RFC 3550 section 5.1, with RFC 8285 one-byte extensions.
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   0 |V=2|P|X|  CC   |M|     PT      |       sequence number         |
 *   4 |                           timestamp                           |
 *   8 |                             SSRC                              |
 *  12 |         0xBEDE                |           length = 2          |
 *  16 | id=1  | len=2 |    MIN delay = 0      |    MAX delay = 0      |
 *  20 | id=2  | len=1 |  transport-wide sequence number   | padding=0 |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * Playout-delay 0/0 makes Chromium show each frame as soon as it is decoded, instead of keeping it in the jitter buffer;
 * maxima up to 500 ms mean the same to libwebrtc as 0. The transport-wide number
 * (draft-holmer-rmcat-transport-wide-cc-extensions-01) counts the packets of all streams to one viewer, who reports when each
 * arrived.
 *
 * The ids 1 and 2 are those of a page; a WHEP client names its own. An extension that it does not know is padding (RFC
 * 8285 section 4.2), so that every header has the same length.
 */

export const RTP_HEADER_BYTES = 24;
export const PLAYOUT_DELAY_URI = 'http://www.webrtc.org/experiments/rtp-hdrext/playout-delay';
export const PLAYOUT_DELAY_ID = 1;
export const TRANSPORT_CC_URI = 'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01';
export const TRANSPORT_CC_ID = 2;

/** 1 … 14 (RFC 8285 section 4.2); 0: the viewer does not support the extension. */
export interface ExtensionIds {
  readonly playoutDelay: number;
  readonly transportCc: number;
}

export const PAGE_EXTENSION_IDS: ExtensionIds = {
  playoutDelay: PLAYOUT_DELAY_ID,
  transportCc: TRANSPORT_CC_ID,
};

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
  /** u16, of all streams on the transport. */
  transportSequence: number;
  /** The payload ends in padding, whose last byte is its length. */
  isPadded?: boolean;
  /** How long the viewer may keep a frame to wait for lost packets, ms, multiples of 10, below 41 s; default 0. */
  maxPlayoutDelayMs?: number;
  /** Default: the ids of a page. */
  extensionIds?: ExtensionIds;
}

/** Writes the header into the first RTP_HEADER_BYTES of `target`. */
export function writeRtpHeader(target: Buffer, header: RtpHeader): void {
  target[0] = header.isPadded ? 0xb0 : 0x90;
  target[1] = (header.marker ? 0x80 : 0) | header.payloadType;
  target.writeUInt16BE(header.sequenceNumber, 2);
  target.writeUInt32BE(header.timestamp90k, 4);
  target.writeUInt32BE(header.ssrc, 8);
  target.writeUInt32BE(0xbede0002, 12);
  const { playoutDelay, transportCc } = header.extensionIds ?? PAGE_EXTENSION_IDS;
  const delay = playoutDelay === 0 ? 0 : (2 << 24) | ((header.maxPlayoutDelayMs ?? 0) / 10);
  const number = transportCc === 0 ? 0 : (1 << 24) | (header.transportSequence << 8);
  target.writeUInt32BE(((playoutDelay << 28) | delay) >>> 0, 16);
  target.writeUInt32BE(((transportCc << 28) | number) >>> 0, 20);
}
