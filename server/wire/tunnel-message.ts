/**
 * One message of a tunnel between an edge and a site: a little-endian header, then bytes of the stream. Which stream is
 * in the subject (core/edges/subjects.ts).
 *
 *      0               1               2               3
 *     +---------------+---------------+---------------+---------------+
 *   0 | 0x59 'Y'      | version = 1   | type          | 0             |
 *   4 | sequence u32, from 0, one per message of this direction       |
 *     +---------------------------------------------------------------+
 *   8 | data: bytes of the stream · credit: u32, bytes more           |
 *
 * `end`: the sender has sent everything. `reset`: the stream is over, whatever is under way. `credit`: the other side may send
 * this many bytes more; 0 keeps the stream alive.
 */

export const TUNNEL_HEADER_BYTES = 8;
export const TUNNEL_TYPES = ['data', 'end', 'credit', 'reset'] as const;
export type TunnelType = (typeof TUNNEL_TYPES)[number];

const MAGIC = 0x59;
const VERSION = 1;
const NOTHING = new Uint8Array();

export interface TunnelMessage {
  type: TunnelType;
  /** u32, wraps. */
  sequence: number;
  /** Payload of `data`; else empty. */
  data: Uint8Array;
  /** Credit of `credit`; else 0. */
  creditBytes: number;
}

/** @param data of `data` */
export function writeTunnelMessage(
  type: TunnelType,
  sequence: number,
  { data = NOTHING, creditBytes = 0 }: { data?: Uint8Array; creditBytes?: number } = {},
): Uint8Array {
  const contentBytes = type === 'credit' ? 4 : data.length;
  const message = new Uint8Array(TUNNEL_HEADER_BYTES + contentBytes);
  const view = new DataView(message.buffer);
  view.setUint8(0, MAGIC);
  view.setUint8(1, VERSION);
  view.setUint8(2, TUNNEL_TYPES.indexOf(type));
  view.setUint32(4, sequence, true);
  if (type === 'credit') view.setUint32(TUNNEL_HEADER_BYTES, creditBytes, true);
  else message.set(data, TUNNEL_HEADER_BYTES);
  return message;
}

/** @returns the message, or a sentence that names the problem. Never throws: the bytes are untrusted. */
export function readTunnelMessage(message: Uint8Array): TunnelMessage | string {
  if (message.length < TUNNEL_HEADER_BYTES) return 'shorter than a header';
  const view = new DataView(message.buffer, message.byteOffset, message.length);
  if (view.getUint8(0) !== MAGIC) return 'wrong magic byte';
  if (view.getUint8(1) !== VERSION) return 'unknown version';
  const type = TUNNEL_TYPES[view.getUint8(2)];
  if (type === undefined) return 'unknown type';
  const contentBytes = message.length - TUNNEL_HEADER_BYTES;
  if (type === 'data' && contentBytes === 0) return 'data without bytes';
  if (type === 'credit' && contentBytes !== 4) return 'credit without a number';
  if ((type === 'end' || type === 'reset') && contentBytes !== 0) return 'bytes behind an end';
  return {
    type,
    sequence: view.getUint32(4, true),
    data: type === 'data' ? message.subarray(TUNNEL_HEADER_BYTES) : NOTHING,
    creditBytes: type === 'credit' ? view.getUint32(TUNNEL_HEADER_BYTES, true) : 0,
  };
}
