/**
 * The payload descriptor in front of every piece of a VP8 frame: RFC 7741 section 4.2.
 *
 *           0 1 2 3 4 5 6 7
 *          +-+-+-+-+-+-+-+-+
 *          |X|R|N|S|R| PID |
 *          +-+-+-+-+-+-+-+-+
 *     X:   |I|L|T|K|  RSV  |   I, L and T are set, K is not
 *          +-+-+-+-+-+-+-+-+
 *     I:   |M| PictureID   |   in its 15-bit form (M = 1)
 *          +-+-+-+-+-+-+-+-+
 *          |   PictureID   |
 *          +-+-+-+-+-+-+-+-+
 *     L:   |   TL0PICIDX   |
 *          +-+-+-+-+-+-+-+-+
 *     T/K: |TID|Y| KEYIDX  |   KEYIDX is 0
 *          +-+-+-+-+-+-+-+-+
 *
 * It has one form, also for frames of one layer: a receiver keeps state by the form, and a rung may have layers that
 * another has not. Two fields belong to one viewer's stream (`Vp8Numbers`), the others to the frame.
 */

/** PictureID counts modulo this. */
export const PICTURE_ID_MODULUS = 2 ** 15;
export const VP8_DESCRIPTOR_BYTES = 6;

const X = 0x80;
const N = 0x20;
const S = 0x10;
const I = 0x80;
const L = 0x40;
const T = 0x20;
const M = 0x80;
const Y = 0x20;

/** The part of a descriptor that is the same for every viewer. */
export interface Vp8FrameDescriptor {
  /** This piece is the first of its frame (the frame is one partition, PID 0). */
  start: boolean;
  /** 0 (base) … 3. */
  tid: number;
  /** The frame depends on layer 0 only, so a receiver may step up to its layer here. */
  layerSync: boolean;
  /** No other frame refers to this one. */
  nonReference: boolean;
}

/** A frame's place in one viewer's stream. */
export interface Vp8Numbers {
  /** U15, counts the frames sent: a receiver waits for one that is missing. */
  readonly pictureId: number;
  /** U8, counts the frames of layer 0. */
  readonly tl0PicIdx: number;
}

/** Writes a descriptor without numbers to the start of `target`. */
export function writeVp8Descriptor(target: Uint8Array, descriptor: Vp8FrameDescriptor): void {
  const { start, tid, layerSync, nonReference } = descriptor;
  target[0] = X | (nonReference ? N : 0) | (start ? S : 0);
  target[1] = I | L | T;
  target[5] = ((tid & 3) << 6) | (layerSync ? Y : 0);
  writeVp8Numbers(target, 0, { pictureId: 0, tl0PicIdx: 0 });
}

/** Writes the numbers into the descriptor at `offset`. */
export function writeVp8Numbers(
  target: Uint8Array,
  offset: number,
  { pictureId, tl0PicIdx }: Vp8Numbers,
): void {
  target[offset + 2] = M | ((pictureId >> 8) & 0x7f);
  target[offset + 3] = pictureId & 0xff;
  target[offset + 4] = tl0PicIdx & 0xff;
}

/** XORs the numbers into descriptors without numbers, or the parity of an odd number of them, at `offset`. */
export function xorVp8Numbers(
  target: Uint8Array,
  offset: number,
  { pictureId, tl0PicIdx }: Vp8Numbers,
): void {
  target[offset + 2] = (target[offset + 2] ?? 0) ^ ((pictureId >> 8) & 0x7f);
  target[offset + 3] = (target[offset + 3] ?? 0) ^ (pictureId & 0xff);
  target[offset + 4] = (target[offset + 4] ?? 0) ^ (tl0PicIdx & 0xff);
}
