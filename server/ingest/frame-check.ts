/**
 * Validates a camera's binary message before anything else reads it.
 *
 * A message that violates the protocol closes the connection: its sender is not a Vigie camera. A frame that cannot be used is
 * dropped and the connection stays: sensors, drivers and radio links produce such frames.
 */

import { sequenceDistance } from '../core/link/ack-window.ts';
import type { FrameRefusal } from '../core/link/frame-refusal.ts';
import type { CleanJpeg } from '../core/video/clean-jpeg.ts';
import { FRAME_HEADER_BYTES, readFrameHeader, type FrameHeader } from '../wire/frame-header.ts';
import { checkPicture, type AllowsLargePictures } from './picture-check.ts';

export type CheckedFrame =
  | { verdict: 'good'; header: FrameHeader; picture: CleanJpeg }
  /** Acknowledged, counted and dropped. */
  | ({ verdict: 'refused'; header: FrameHeader } & FrameRefusal<'damaged' | 'tooLarge'>)
  | { verdict: 'violation'; reason: string };

/** @param lastSequence of the frame before it on this connection */
export function checkFrame(
  message: Uint8Array,
  lastSequence: number | undefined,
  allowsLargePictures: AllowsLargePictures,
): CheckedFrame {
  // A wrong clock is not a reason to refuse a frame; camera-clock.ts checks it.
  const header = readFrameHeader(message, 'any');
  if (typeof header === 'string') return { verdict: 'violation', reason: header };
  if (lastSequence !== undefined && sequenceDistance(header.sequence, lastSequence) <= 0)
    return { verdict: 'violation', reason: 'the sequence number does not increase' };
  const checked = checkPicture(message.subarray(FRAME_HEADER_BYTES), allowsLargePictures);
  if (checked.verdict === 'refused') return { ...checked, header };
  const { picture } = checked;
  if (picture.width !== header.width || picture.height !== header.height) {
    const detail = `declared as ${header.width}×${header.height}, but is ${picture.width}×${picture.height}`;
    return { verdict: 'refused', kind: 'damaged', header, detail };
  }
  return { verdict: 'good', header, picture };
}
