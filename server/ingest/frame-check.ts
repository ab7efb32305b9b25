/**
 * Looks a camera's binary message over before anything else sees it.
 *
 * A message that breaks the protocol ends the connection, for whatever sends it is no camera of ours. A damaged picture
 * is dropped and the next one awaited: sensors and radio links do produce them.
 */

import { sequenceDistance } from '../core/link/ack-window.ts';
import { inspectJpeg } from '../core/video/jpeg-header.ts';
import { MAX_FRAME_HEIGHT, MAX_FRAME_WIDTH, MAX_JPEG_BYTES } from '../wire/camera-protocol.ts';
import { FRAME_HEADER_BYTES, readFrameHeader, type FrameHeader } from '../wire/frame-header.ts';

export type CheckedFrame =
  | { verdict: 'good'; header: FrameHeader; jpeg: Uint8Array }
  /** Acknowledged and counted, nothing more. */
  | { verdict: 'damaged'; header: FrameHeader; reason: string }
  | { verdict: 'violation'; reason: string };

/** @param lastSequence of the frame before it on this connection */
export function checkFrame(message: Uint8Array, lastSequence: number | undefined): CheckedFrame {
  // A wrong clock is no reason to refuse a picture; camera-clock.ts judges it.
  const header = readFrameHeader(message, 'any');
  if (typeof header === 'string') return { verdict: 'violation', reason: header };
  if (lastSequence !== undefined && sequenceDistance(header.sequence, lastSequence) <= 0)
    return { verdict: 'violation', reason: 'the sequence number does not increase' };
  if (header.width > MAX_FRAME_WIDTH || header.height > MAX_FRAME_HEIGHT)
    return { verdict: 'violation', reason: `larger than ${MAX_FRAME_WIDTH}×${MAX_FRAME_HEIGHT} pixels` };
  if (header.jpegBytes > MAX_JPEG_BYTES)
    return { verdict: 'violation', reason: `more than ${MAX_JPEG_BYTES} bytes of JPEG` };
  const jpeg = message.subarray(FRAME_HEADER_BYTES);
  const size = inspectJpeg(jpeg);
  if (typeof size === 'string') return { verdict: 'damaged', header, reason: size };
  if (size.width !== header.width || size.height !== header.height) {
    const reason = `declared as ${header.width}×${header.height}, but is ${size.width}×${size.height}`;
    return { verdict: 'damaged', header, reason };
  }
  return { verdict: 'good', header, jpeg };
}
