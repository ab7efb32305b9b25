/** A frame as the wire has it, the header of wire/frame-header.ts and then the JPEG, cut as a board cuts it. */

import type { WebSocket } from 'ws';
import { FRAME_HEADER_BYTES, writeFrameHeader } from '../wire/frame-header.ts';
import type { CapturedFrame } from './frame-ticker.ts';

/** As the ESP32's WebSocket client cuts its messages. */
const FRAGMENT_BYTES = 4096;

export function frameMessage(frame: CapturedFrame, sequence: number, sendUs: number): Uint8Array {
  const { jpeg, width, height, captureUs } = frame;
  const message = new Uint8Array(FRAME_HEADER_BYTES + jpeg.length);
  writeFrameHeader({ sequence, captureUs, sendUs, width, height, jpegBytes: jpeg.length }, message);
  message.set(jpeg, FRAME_HEADER_BYTES);
  return message;
}

/** @param onSent called when the network has taken all of it, or never will */
export function sendInFragments(socket: WebSocket, message: Uint8Array, onSent: () => void): void {
  for (let at = 0; at < message.length; at += FRAGMENT_BYTES) {
    const fin = at + FRAGMENT_BYTES >= message.length;
    const fragment = message.subarray(at, at + FRAGMENT_BYTES);
    socket.send(fragment, { binary: true, fin }, fin ? onSent : undefined);
  }
}
