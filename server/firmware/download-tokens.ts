/**
 * Tokens that allow one camera to download one image once, within ten minutes.
 *
 * Invariants: only the hash of a token is kept, a camera has at most one token, and checking takes the same time
 * whatever is presented. The lifetime is in server/wire/camera-protocol.ts.
 */

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { FIRMWARE_TOKEN_LIFETIME_MS } from '../wire/camera-protocol.ts';

interface Grant {
  cameraId: string;
  imageId: string;
  hash: Buffer;
  expiresAtMs: number;
}

const TOKEN_BYTES = 32;

export class DownloadTokens {
  readonly #nowMs: () => number;
  /** By camera, so at most one entry per camera. */
  readonly #grants = new Map<string, Grant>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Replaces the camera's former token, which becomes invalid. @returns 43 characters of base64url */
  grant(cameraId: string, imageId: string): string {
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const expiresAtMs = this.#nowMs() + FIRMWARE_TOKEN_LIFETIME_MS;
    this.#grants.set(cameraId, { cameraId, imageId, hash: hashOf(token), expiresAtMs });
    return token;
  }

  revoke(cameraId: string): void {
    this.#grants.delete(cameraId);
  }

  /** Uses the token up. @returns its camera; undefined when it is invalid for this image or has expired */
  redeem(token: string, imageId: string): string | undefined {
    const hash = hashOf(token);
    let found: Grant | undefined;
    for (const grant of this.#grants.values()) if (timingSafeEqual(grant.hash, hash)) found = grant;
    if (!found || found.imageId !== imageId) return undefined;
    this.#grants.delete(found.cameraId);
    return this.#nowMs() < found.expiresAtMs ? found.cameraId : undefined;
  }
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
