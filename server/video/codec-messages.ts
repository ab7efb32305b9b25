/**
 * The messages between the server and a codec process, over a Unix socket pair: fixed little-endian headers, then the
 * picture's bytes as they are. One request is answered by one reply, in order; `closeEncoder` has no reply. An `encoded`
 * reply with the luma flag carries the picture's eighth-size luma behind the VP8 frame, a `luma` reply nothing else, and a
 * `scaled` reply a JPEG. `ready` and `measured` say how much memory the process holds.
 *
 *     request   0 bodyBytes u32 · 4 type u8 · 5 flags u8 · 6 width u16 · 8 encoder u32 · 12 bitrateBps u32 · 16 captureUs f64
 *     reply     0 bodyBytes u32 · 4 type u8 · 5 flags u8 · 6 residentMib u16 · 8 encoder u32 · 12 width u16 · 14 height u16 ·
 *               16 decodeStartUs f64 · 24 decodedUs f64 · 32 encodedUs f64
 *
 * Times in replies are the machine's monotonic clock (process.hrtime), which all its processes share.
 */

export const REQUEST_HEADER_BYTES = 24;
export const REPLY_HEADER_BYTES = 40;
/** More is an error of the peer: a JPEG is at most 4 MiB, and a VP8 frame is never much larger. */
export const MAX_BODY_BYTES = 8 * 1024 * 1024;
/** No encoder has this number; requests without an encoder carry it. */
export const NO_ENCODER = 0;
/** The descriptor of the socket in the codec process. */
export const CODEC_FD = 3;

export const REQUEST = { encode: 1, closeEncoder: 2, readLuma: 3, scale: 4, measure: 5 } as const;
export const REPLY = { ready: 1, encoded: 2, rejected: 3, luma: 4, scaled: 5, measured: 6 } as const;
const FLAG_KEYFRAME = 1;
const FLAG_LUMA = 2;

export interface EncodeRequest {
  bitrateBps: number;
  captureUs: number;
  /** The frame must come out as a keyframe. */
  keyframe: boolean;
  /** Its eighth-size luma is requested too. */
  luma: boolean;
}

/** The work for one JPEG. */
export interface CodecRequest extends EncodeRequest {
  type: number;
  /** Of the scaled picture, pixels, u16. */
  width: number;
}

export interface CodecRequestHeader extends CodecRequest {
  bodyBytes: number;
  /** The encoder's number, u32; its first request opens it. */
  encoder: number;
}

const NO_FRAME: Omit<CodecRequest, 'type'> = {
  bitrateBps: 0,
  captureUs: 0,
  keyframe: false,
  luma: false,
  width: 0,
};

export function encodeRequest(frame: EncodeRequest): CodecRequest {
  return { ...NO_FRAME, ...frame, type: REQUEST.encode };
}

/** The eighth-size luma alone, by a reduced decode. */
export const LUMA_REQUEST: CodecRequest = { ...NO_FRAME, type: REQUEST.readLuma };

/** @param width of the resulting JPEG; its height follows from the shape of the picture */
export function scaleRequest(width: number): CodecRequest {
  return { ...NO_FRAME, width, type: REQUEST.scale };
}

export const CLOSE_ENCODER: CodecRequest = { ...NO_FRAME, type: REQUEST.closeEncoder };

/** Requests the memory of the process. */
export const MEASURE: CodecRequest = { ...NO_FRAME, type: REQUEST.measure };

export interface CodecReplyHeader {
  type: number;
  bodyBytes: number;
  encoder: number;
  keyframe: boolean;
  /** The body contains luma. */
  luma: boolean;
  /** Resident memory of the process, in `ready` and `measured`; else 0. */
  residentMib: number;
  /** Pixels of the picture; in a `luma` reply cells of its luma. */
  width: number;
  height: number;
  decodeStartUs: number;
  decodedUs: number;
  encodedUs: number;
}

export function writeRequestHeader(request: CodecRequestHeader): Buffer {
  const header = Buffer.alloc(REQUEST_HEADER_BYTES);
  header.writeUInt32LE(request.bodyBytes, 0);
  header[4] = request.type;
  header[5] = flagsOf(request);
  header.writeUInt16LE(request.width, 6);
  header.writeUInt32LE(request.encoder, 8);
  header.writeUInt32LE(request.bitrateBps, 12);
  header.writeDoubleLE(request.captureUs, 16);
  return header;
}

export function readRequestHeader(header: Buffer): CodecRequestHeader {
  return {
    bodyBytes: header.readUInt32LE(0),
    type: header.readUInt8(4),
    keyframe: (header.readUInt8(5) & FLAG_KEYFRAME) !== 0,
    luma: (header.readUInt8(5) & FLAG_LUMA) !== 0,
    width: header.readUInt16LE(6),
    encoder: header.readUInt32LE(8),
    bitrateBps: header.readUInt32LE(12),
    captureUs: header.readDoubleLE(16),
  };
}

export function writeReplyHeader(reply: CodecReplyHeader): Buffer {
  const header = Buffer.alloc(REPLY_HEADER_BYTES);
  header.writeUInt32LE(reply.bodyBytes, 0);
  header[4] = reply.type;
  header[5] = flagsOf(reply);
  header.writeUInt16LE(reply.residentMib, 6);
  header.writeUInt32LE(reply.encoder, 8);
  header.writeUInt16LE(reply.width, 12);
  header.writeUInt16LE(reply.height, 14);
  header.writeDoubleLE(reply.decodeStartUs, 16);
  header.writeDoubleLE(reply.decodedUs, 24);
  header.writeDoubleLE(reply.encodedUs, 32);
  return header;
}

export function readReplyHeader(header: Buffer): CodecReplyHeader {
  return {
    bodyBytes: header.readUInt32LE(0),
    type: header.readUInt8(4),
    keyframe: (header.readUInt8(5) & FLAG_KEYFRAME) !== 0,
    luma: (header.readUInt8(5) & FLAG_LUMA) !== 0,
    residentMib: header.readUInt16LE(6),
    encoder: header.readUInt32LE(8),
    width: header.readUInt16LE(12),
    height: header.readUInt16LE(14),
    decodeStartUs: header.readDoubleLE(16),
    decodedUs: header.readDoubleLE(24),
    encodedUs: header.readDoubleLE(32),
  };
}

function flagsOf({ keyframe, luma }: { keyframe: boolean; luma: boolean }): number {
  return (keyframe ? FLAG_KEYFRAME : 0) | (luma ? FLAG_LUMA : 0);
}
