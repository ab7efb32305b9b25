/** A frame in wire format: the header of wire/frame-header.ts, then the JPEG, fragmented as a board does it. */

import type { WebSocket } from 'ws';
import { FRAME_HEADER_BYTES, writeFrameHeader } from '../wire/frame-header.ts';
import type { CapturedFrame } from './frame-ticker.ts';

/** The fragment size of the ESP32's WebSocket client. */
const FRAGMENT_BYTES = 4096;

export function frameMessage(frame: CapturedFrame, sequence: number, sendUs: number): Uint8Array {
  const { jpeg, width, height, captureUs } = frame;
  const message = new Uint8Array(FRAME_HEADER_BYTES + jpeg.length);
  writeFrameHeader({ sequence, captureUs, sendUs, width, height, jpegBytes: jpeg.length }, message);
  message.set(jpeg, FRAME_HEADER_BYTES);
  return message;
}

/** @param onSent called when all of it was written to the network, or never will be */
export function sendInFragments(socket: WebSocket, message: Uint8Array, onSent: () => void): void {
  for (let at = 0; at < message.length; at += FRAGMENT_BYTES) {
    const fin = at + FRAGMENT_BYTES >= message.length;
    const fragment = message.subarray(at, at + FRAGMENT_BYTES);
    socket.send(fragment, { binary: true, fin }, fin ? onSent : undefined);
  }
}
