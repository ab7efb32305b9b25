/**
 * Verifies the proof in a camera's hello, and computes the server's own proof.
 *
 * Invariants: an unknown id takes the same computation, and gets the same answer, as a wrong proof; a hello is valid only on
 * the connection whose nonce it answers; while the store fails, only cameras that proved their key before are let in.
 */

import { randomBytes } from 'node:crypto';
import { handshakeHmac, parseNonce, verifyHandshakeHmac } from '../core/link/camera-handshake.ts';
import { CAMERA_KEY_BYTES, type HelloMessage } from '../wire/camera-protocol.ts';
import type { StoredCameras } from './stored-cameras.ts';

export class CameraAuthenticator {
  readonly #cameras: Pick<StoredCameras, 'lookUpKey'>;
  readonly #dummyKey = randomBytes(CAMERA_KEY_BYTES);
  /** Proven keys by camera id, so that a camera that reconnects while the store fails is accepted. */
  readonly #provenKeys = new Map<string, Uint8Array>();

  constructor(cameras: Pick<StoredCameras, 'lookUpKey'>) {
    this.#cameras = cameras;
  }

  /** @returns the server's proof; undefined when the camera's is wrong */
  verify(hello: HelloMessage, serverNonce: Uint8Array): string | undefined {
    const key = this.#keyOf(hello.cameraId);
    const cameraNonce = parseNonce(hello.nonce);
    if (!cameraNonce) return undefined;
    const facts = { cameraId: hello.cameraId, serverNonce, cameraNonce };
    const proven = verifyHandshakeHmac(key ?? this.#dummyKey, 'camera', facts, hello.hmac);
    if (!proven || !key) return undefined;
    this.#provenKeys.set(hello.cameraId, key);
    return handshakeHmac(key, 'server', facts);
  }

  /** For the log only: it must change neither the answer to the camera nor its time. */
  isKnown(cameraId: string): boolean {
    return this.#keyOf(cameraId) !== undefined;
  }

  #keyOf(cameraId: string): Uint8Array | undefined {
    const found = this.#cameras.lookUpKey(cameraId);
    if (found && !found.key) this.#provenKeys.delete(cameraId);
    return found ? found.key : this.#provenKeys.get(cameraId);
  }
}
