/**
 * The messages between the server and a codec process, over a Unix socket pair: fixed little-endian headers, then the
 * picture's bytes as they are. Requests are answered in order. The answer to `encode` is one `encoded` reply for each
 * rung that is to be encoded, best first, then a `luma` reply if that was requested; to any other request it is one
 * reply, to `closeEncoder` none. A `rejected` reply ends the answer. A `scaled` reply carries a JPEG. `ready` and
 * `measured` say how much memory the process holds.
 *
 *     request   0 bodyBytes u32 · 4 type u8 · 5 flags u8 · 6 width u16 · 8 encoder u32 · 12 captureUs f64 ·
 *               20 for each rung, best first: bitrateBps u32 · flags u8
 *     reply     0 bodyBytes u32 · 4 type u8 · 5 flags u8 · 6 residentMib u16 · 8 encoder u32 · 12 width u16 · 14 height u16 ·
 *               16 decodeStartUs f64 · 24 decodedUs f64 · 32 encodedUs f64 · 40 rung u8 · 41 layer u8
 *
 * Times in replies are the machine's monotonic clock (process.hrtime), which all its processes share.
 */

import type { FrameLayer } from '../core/video/encoded-frame.ts';
import { RUNG_NAMES, type RungName } from '../core/video/rungs.ts';

const RUNG_OFFSET = 20;
const RUNG_BYTES = 5;
export const REQUEST_HEADER_BYTES = RUNG_OFFSET + RUNG_BYTES * RUNG_NAMES.length;
export const REPLY_HEADER_BYTES = 42;
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
const FLAG_ENCODE = 4;
const LAYER_GIVEN = 0x80;
const LAYER_SYNC = 0x40;

/** The work for one rung with this picture. */
export interface RungRequest {
  bitrateBps: number;
  /** False: its encoder only stays open. */
  encode: boolean;
  /** The frame must come out as a keyframe. */
  keyframe: boolean;
}

export type RungRequests = Partial<Record<RungName, RungRequest>>;

export interface EncodeRequest {
  captureUs: number;
  /** Its eighth-size luma is requested too. */
  luma: boolean;
  /** The encoder of a rung that is missing here is closed. */
  rungs: RungRequests;
}

/** The work for one JPEG. */
export interface CodecRequest extends EncodeRequest {
  type: number;
  /** Size of the scaled picture, pixels, u16. */
  width: number;
}

export interface CodecRequestHeader extends CodecRequest {
  bodyBytes: number;
  /** The encoder's number, u32; its first request opens it. */
  encoder: number;
}

const NO_FRAME: Omit<CodecRequest, 'type'> = { captureUs: 0, luma: false, rungs: {}, width: 0 };

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

/** @returns the number of replies that answer it, unless it is rejected */
export function repliesTo({ type, luma, rungs }: CodecRequest): number {
  if (type !== REQUEST.encode) return 1;
  return Object.values(rungs).filter(({ encode }) => encode).length + Number(luma);
}

export interface CodecReplyHeader {
  type: number;
  bodyBytes: number;
  encoder: number;
  keyframe: boolean;
  /** Resident memory of the process, in `ready` and `measured`; else 0. */
  residentMib: number;
  /** Pixels of the encoded or scaled picture; in a `luma` reply cells of its luma. */
  width: number;
  height: number;
  decodeStartUs: number;
  decodedUs: number;
  encodedUs: number;
  rung: RungName;
  layer: FrameLayer | undefined;
}

export function writeRequestHeader(request: CodecRequestHeader): Buffer {
  const header = Buffer.alloc(REQUEST_HEADER_BYTES);
  header.writeUInt32LE(request.bodyBytes, 0);
  header[4] = request.type;
  header[5] = request.luma ? FLAG_LUMA : 0;
  header.writeUInt16LE(request.width, 6);
  header.writeUInt32LE(request.encoder, 8);
  header.writeDoubleLE(request.captureUs, 12);
  for (const [index, name] of RUNG_NAMES.entries()) {
    const rung = request.rungs[name];
    if (!rung) continue;
    const at = RUNG_OFFSET + RUNG_BYTES * index;
    header.writeUInt32LE(rung.bitrateBps, at);
    header[at + 4] = (rung.encode ? FLAG_ENCODE : 0) | (rung.keyframe ? FLAG_KEYFRAME : 0);
  }
  return header;
}

export function readRequestHeader(header: Buffer): CodecRequestHeader {
  const rungs: RungRequests = {};
  for (const [index, name] of RUNG_NAMES.entries()) {
    const at = RUNG_OFFSET + RUNG_BYTES * index;
    const bitrateBps = header.readUInt32LE(at);
    const flags = header.readUInt8(at + 4);
    const [encode, keyframe] = [(flags & FLAG_ENCODE) !== 0, (flags & FLAG_KEYFRAME) !== 0];
    if (bitrateBps > 0) rungs[name] = { bitrateBps, encode, keyframe };
  }
  return {
    bodyBytes: header.readUInt32LE(0),
    type: header.readUInt8(4),
    luma: (header.readUInt8(5) & FLAG_LUMA) !== 0,
    width: header.readUInt16LE(6),
    encoder: header.readUInt32LE(8),
    captureUs: header.readDoubleLE(12),
    rungs,
  };
}

export function writeReplyHeader(reply: CodecReplyHeader): Buffer {
  const header = Buffer.alloc(REPLY_HEADER_BYTES);
  header.writeUInt32LE(reply.bodyBytes, 0);
  header[4] = reply.type;
  header[5] = reply.keyframe ? FLAG_KEYFRAME : 0;
  header.writeUInt16LE(reply.residentMib, 6);
  header.writeUInt32LE(reply.encoder, 8);
  header.writeUInt16LE(reply.width, 12);
  header.writeUInt16LE(reply.height, 14);
  header.writeDoubleLE(reply.decodeStartUs, 16);
  header.writeDoubleLE(reply.decodedUs, 24);
  header.writeDoubleLE(reply.encodedUs, 32);
  header[40] = RUNG_NAMES.indexOf(reply.rung);
  const { layer } = reply;
  header[41] = layer ? LAYER_GIVEN | (layer.layerSync ? LAYER_SYNC : 0) | layer.tid : 0;
  return header;
}

/** @returns undefined when these are not the bytes of a reply */
export function readReplyHeader(header: Buffer): CodecReplyHeader | undefined {
  const rung = RUNG_NAMES[header.readUInt8(40)];
  const layer = header.readUInt8(41);
  const tid = layer & 3;
  if (rung === undefined || tid === 3) return undefined;
  return {
    bodyBytes: header.readUInt32LE(0),
    type: header.readUInt8(4),
    keyframe: (header.readUInt8(5) & FLAG_KEYFRAME) !== 0,
    residentMib: header.readUInt16LE(6),
    encoder: header.readUInt32LE(8),
    width: header.readUInt16LE(12),
    height: header.readUInt16LE(14),
    decodeStartUs: header.readDoubleLE(16),
    decodedUs: header.readDoubleLE(24),
    encodedUs: header.readDoubleLE(32),
    rung,
    layer:
      (layer & LAYER_GIVEN) === 0
        ? undefined
        : { tid: tid as 0 | 1 | 2, layerSync: (layer & LAYER_SYNC) !== 0 },
  };
}
