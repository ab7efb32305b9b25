/**
 * The right of one camera to download one image once, within ten minutes.
 *
 * Invariants: a token is kept only as its hash, a camera has at most one, and asking for it takes the same time whatever
 * is presented. Source of the lifetime: server/wire/camera-protocol.ts.
 */

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { FIRMWARE_TOKEN_LIFETIME_MS } from '../wire/camera-protocol.ts';

interface Grant {
  cameraId: string;
  imageId: string;
  hash: Buffer;
  expiresAt: number;
}

const TOKEN_BYTES = 32;

export class DownloadTokens {
  readonly #nowMs: () => number;
  /** By camera, so as many as there are cameras at most. */
  readonly #grants = new Map<string, Grant>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** The camera's former token, if it had one, is worth nothing from now on. @returns 43 characters of base64url */
  grant(cameraId: string, imageId: string): string {
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const expiresAt = this.#nowMs() + FIRMWARE_TOKEN_LIFETIME_MS;
    this.#grants.set(cameraId, { cameraId, imageId, hash: hashOf(token), expiresAt });
    return token;
  }

  revoke(cameraId: string): void {
    this.#grants.delete(cameraId);
  }

  /** Uses it up. @returns whose it is, or undefined when it is not good for this image, or no more */
  redeem(token: string, imageId: string): string | undefined {
    const hash = hashOf(token);
    let found: Grant | undefined;
    for (const grant of this.#grants.values()) if (timingSafeEqual(grant.hash, hash)) found = grant;
    if (!found || found.imageId !== imageId) return undefined;
    this.#grants.delete(found.cameraId);
    return this.#nowMs() < found.expiresAt ? found.cameraId : undefined;
  }
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
