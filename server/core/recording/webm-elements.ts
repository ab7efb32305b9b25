/** The elements of a WebM file, as far as recordings have them: EBML as in RFC 8794, ids as in RFC 9559. */

export const EBML = 0x1a45dfa3;
export const SEGMENT = 0x18538067;
export const CLUSTER = 0x1f43b675;
export const TIMESTAMP = 0xe7;
export const SIMPLE_BLOCK = 0xa3;
export const CUES = 0x1c53bb6b;

/** Track number and relative time and flags, before the frame. */
export const BLOCK_HEADER_BYTES = 4;

export interface WebmElement {
  id: number;
  /** Position of its size field, and the field's length in bytes. */
  sizeAt: number;
  sizeBytes: number;
  dataAt: number;
  bytes: number;
}

/** @returns undefined when its id and size are not whole */
export function readElement(view: DataView, at: number): WebmElement | undefined {
  const idBytes = lengthOf(view, at, 4);
  if (idBytes === undefined) return undefined;
  let id = 0;
  for (let index = 0; index < idBytes; index++) id = id * 256 + view.getUint8(at + index);
  const sizeAt = at + idBytes;
  const sizeBytes = lengthOf(view, sizeAt, 8);
  if (sizeBytes === undefined) return undefined;
  let bytes = view.getUint8(sizeAt) & (0xff >> sizeBytes);
  for (let index = 1; index < sizeBytes; index++) bytes = bytes * 256 + view.getUint8(sizeAt + index);
  return { id, sizeAt, sizeBytes, dataAt: sizeAt + sizeBytes, bytes };
}

export function readUnsigned(bytes: Uint8Array): number {
  return bytes.reduce((value, byte) => value * 256 + byte, 0);
}

/** @param length in bytes, 6 at most: that of the size it replaces */
export function writeSize(bytes: number, length: number): Uint8Array {
  const size = Buffer.alloc(length);
  size.writeUIntBE(bytes, 0, length);
  size[0] = (size[0] ?? 0) | (0x80 >> (length - 1));
  return size;
}

/** Length in bytes of the id or size that begins here: the number of leading zeros of its first byte, plus one. */
function lengthOf(view: DataView, at: number, max: number): number | undefined {
  if (at >= view.byteLength) return undefined;
  const bytes = Math.clz32(view.getUint8(at)) - 23;
  return bytes > max || at + bytes > view.byteLength ? undefined : bytes;
}
