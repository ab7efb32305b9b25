/**
 * Proof of the key that a camera and the server share, in both directions: HMAC-SHA256 over the transcript of
 * wire/camera-protocol.ts. Test vector: test/fixtures/camera-handshake.json.
 */

import { createHmac, timingSafeEqual } from 'node:crypto';
import {
  CAMERA_KEY_BYTES,
  handshakeTranscript,
  NONCE_BYTES,
  type HandshakeRole,
} from '../../wire/camera-protocol.ts';

/** The values both sides know when they compute the proofs. */
export interface HandshakeFacts {
  /** 1 … 255 bytes of UTF-8. */
  cameraId: string;
  /** 32 bytes each. */
  serverNonce: Uint8Array;
  cameraNonce: Uint8Array;
}

/** @returns 64 characters of lower-case hex */
export function handshakeHmac(key: Uint8Array, role: HandshakeRole, facts: HandshakeFacts): string {
  const transcript = handshakeTranscript(role, facts.cameraId, facts.serverNonce, facts.cameraNonce);
  return createHmac('sha256', key).update(transcript).digest('hex');
}

/** Constant time for any `hmac` of the right length. */
export function verifyHandshakeHmac(
  key: Uint8Array,
  role: HandshakeRole,
  facts: HandshakeFacts,
  hmac: string,
): boolean {
  const expected = Buffer.from(handshakeHmac(key, role, facts));
  const given = Buffer.from(hmac);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** @returns the 32 bytes of a camera key written as 43 characters of base64url; undefined for other text */
export function parseCameraKey(text: string): Uint8Array | undefined {
  return parseBase64Url(text, CAMERA_KEY_BYTES);
}

/** @returns the 32 bytes of a nonce in a JSON message; undefined for other text */
export function parseNonce(text: string): Uint8Array | undefined {
  return parseBase64Url(text, NONCE_BYTES);
}

/** Strict, unlike Buffer.from: one text for each value, so that nothing is accepted that the firmware would refuse. */
function parseBase64Url(text: string, length: number): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.length === length && bytes.toString('base64url') === text ? bytes : undefined;
}
