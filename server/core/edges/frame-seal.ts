/**
 * Seals the pictures between a site and its edges with AES-128-GCM (NIST SP 800-38D), under a key of each camera: NATS
 * carries to every edge of a household what one of them has asked for, and only those that may have the camera can open it.
 *
 * Invariants: a key seals no two frames with the same nonce, since the site gives each epoch to one rung, once; a frame of
 * which a bit was changed, in the header or behind it, is not opened.
 */

import { createCipheriv, createDecipheriv } from 'node:crypto';
import {
  EDGE_FRAME_HEADER_BYTES,
  writeEdgeFrame,
  type EdgeFrame,
  type EdgeFrameHeader,
} from '../../wire/edge-frame.ts';

export const FRAME_KEY_BYTES = 16;
export const TAG_BYTES = 16;

export interface FrameKey {
  /** u32, in the header of each frame that it seals. */
  readonly id: number;
  readonly key: Uint8Array;
}

/** @returns the message */
export function sealFrame(
  { id: keyId, key }: FrameKey,
  header: Omit<EdgeFrameHeader, 'keyId'>,
  picture: Uint8Array,
): Uint8Array {
  const message = writeEdgeFrame({ ...header, keyId }, picture.length + TAG_BYTES);
  const cipher = createCipheriv('aes-128-gcm', key, nonceOf(header));
  cipher.setAAD(message.subarray(0, EDGE_FRAME_HEADER_BYTES));
  message.set(cipher.update(picture), EDGE_FRAME_HEADER_BYTES);
  cipher.final();
  message.set(cipher.getAuthTag(), EDGE_FRAME_HEADER_BYTES + picture.length);
  return message;
}

/** @returns the picture, one whole VP8 frame; undefined: it was not sealed like this, or is not what the header says */
export function openFrame(key: Uint8Array, frame: EdgeFrame): Uint8Array | undefined {
  const { head, sealed, keyframe } = frame;
  if (sealed.length <= TAG_BYTES) return undefined;
  const decipher = createDecipheriv('aes-128-gcm', key, nonceOf(frame));
  decipher.setAAD(head);
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  const picture = decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES));
  try {
    decipher.final();
  } catch {
    return undefined;
  }
  // RFC 6386 section 9.1: the first bit of a keyframe is 0.
  return keyframe === (((picture[0] ?? 1) & 1) === 0) ? picture : undefined;
}

function nonceOf({ epoch, sequence }: Pick<EdgeFrameHeader, 'epoch' | 'sequence'>): Uint8Array {
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32LE(epoch, 0);
  nonce.writeUInt32LE(sequence, 4);
  return nonce;
}
