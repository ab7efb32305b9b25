/**
 * The payload descriptor in front of every piece of a VP8 frame: RFC 7741 section 4.2.
 *
 *           0 1 2 3 4 5 6 7
 *          +-+-+-+-+-+-+-+-+
 *          |X|R|N|S|R| PID |   always
 *          +-+-+-+-+-+-+-+-+
 *     X:   |I|L|T|K|  RSV  |   always here, for the picture id
 *          +-+-+-+-+-+-+-+-+
 *     I:   |M| PictureID   |   always, in its 15-bit form (M = 1)
 *          +-+-+-+-+-+-+-+-+
 *          |   PictureID   |
 *          +-+-+-+-+-+-+-+-+
 *     L:   |   TL0PICIDX   |   with temporal layers
 *          +-+-+-+-+-+-+-+-+
 *     T/K: |TID|Y| KEYIDX  |   with temporal layers; K stays 0
 *          +-+-+-+-+-+-+-+-+
 */

/** PictureID counts modulo this. */
export const PICTURE_ID_MODULUS = 2 ** 15;

const X = 0x80;
const N = 0x20;
const S = 0x10;
const I = 0x80;
const L = 0x40;
const T = 0x20;
const M = 0x80;
const Y = 0x20;

/** A frame's place among the temporal layers; both indexes belong together (RFC 7741: L needs T). */
export interface TemporalLayer {
  /** 0 (base) … 3. */
  tid: number;
  /** u8, counts the frames of layer 0. */
  tl0PicIdx: number;
  /** The frame depends on layer 0 only, so a receiver may step up to its layer here. */
  layerSync: boolean;
}

export interface Vp8PayloadDescriptor {
  /** No other frame refers to this one; a forwarder may drop it. */
  nonReference: boolean;
  /** This piece is the first of its frame (the frame is one partition, PID 0). */
  start: boolean;
  /** u15. */
  pictureId: number;
  layer?: TemporalLayer | undefined;
}

export function vp8PayloadDescriptorBytes(layer: TemporalLayer | undefined): number {
  return layer ? 6 : 4;
}

/** Writes the descriptor to the start of `target`, which has room for `vp8PayloadDescriptorBytes`. */
export function writeVp8PayloadDescriptor(target: Uint8Array, descriptor: Vp8PayloadDescriptor): void {
  const { nonReference, start, pictureId, layer } = descriptor;
  target[0] = X | (nonReference ? N : 0) | (start ? S : 0);
  target[1] = I | (layer ? L | T : 0);
  target[2] = M | ((pictureId >> 8) & 0x7f);
  target[3] = pictureId & 0xff;
  if (!layer) return;
  target[4] = layer.tl0PicIdx & 0xff;
  target[5] = ((layer.tid & 3) << 6) | (layer.layerSync ? Y : 0);
}
