/**
 * Verifies the proof in a camera's hello, and computes the server's own proof.
 *
 * Invariants: an unknown id takes the same computation, and gets the same answer, as a wrong proof; a hello is valid only on
 * the connection whose nonce it answers.
 */

import { randomBytes } from 'node:crypto';
import { handshakeHmac, parseNonce, verifyHandshakeHmac } from '../core/link/camera-handshake.ts';
import type { Log } from '../log.ts';
import { CAMERA_KEY_BYTES, type HelloMessage } from '../wire/camera-protocol.ts';
import { type CameraSettings } from '../wire/camera-settings.ts';

/** The stored cameras, as far as ingest needs them. */
export interface CameraCredentials {
  /** @returns the camera's 32-byte key, or undefined when there is no such camera */
  keyOf(cameraId: string): Uint8Array | undefined;
  /** The settings that a camera gets when it connects; what is left out is the camera's choice. */
  settingsOf?(cameraId: string): CameraSettings;
  /** Whether the server may lower them to fit its uplink; left out: it may. */
  adaptsToConnection?(cameraId: string): boolean;
  /** The settings of a lowered camera before it was lowered. */
  loweredFrom?(cameraId: string): CameraSettings | undefined;
  setLoweredFrom?(cameraId: string, settings: CameraSettings | null): Promise<unknown>;
  /** Whether its frames may exceed the usual limits. */
  allowsLargePictures?(cameraId: string): boolean;
}

export class CameraAuthenticator {
  readonly #credentials: CameraCredentials;
  readonly #log: Log;
  readonly #dummyKey = randomBytes(CAMERA_KEY_BYTES);
  /** Proven keys by camera id, so that a camera that reconnects while the store fails is accepted. */
  readonly #provenKeys = new Map<string, Uint8Array>();

  constructor(credentials: CameraCredentials, log: Log) {
    this.#credentials = credentials;
    this.#log = log;
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

  /** For the log only: it must not change what the camera is answered, or when. */
  isKnown(cameraId: string): boolean {
    return this.#keyOf(cameraId) !== undefined;
  }

  settingsOf(cameraId: string): CameraSettings {
    return this.#lookUp(() => this.#credentials.settingsOf?.(cameraId)) ?? {};
  }

  adaptsToConnection(cameraId: string): boolean {
    return this.#lookUp(() => this.#credentials.adaptsToConnection?.(cameraId)) ?? true;
  }

  loweredFrom(cameraId: string): CameraSettings | undefined {
    return this.#lookUp(() => this.#credentials.loweredFrom?.(cameraId));
  }

  async setLoweredFrom(cameraId: string, settings: CameraSettings | null): Promise<void> {
    await this.#credentials.setLoweredFrom?.(cameraId, settings);
  }

  allowsLargePictures(cameraId: string): boolean {
    return this.#lookUp(() => this.#credentials.allowsLargePictures?.(cameraId)) ?? false;
  }

  #keyOf(cameraId: string): Uint8Array | undefined {
    const found = this.#lookUp(() => ({ key: this.#credentials.keyOf(cameraId) }));
    if (found && !found.key) this.#provenKeys.delete(cameraId);
    return found ? found.key : this.#provenKeys.get(cameraId);
  }

  /** A store that fails keeps a new camera out, and does not end other connections. */
  #lookUp<T>(ask: () => T): T | undefined {
    try {
      return ask();
    } catch (err) {
      this.#log.error({ err }, 'failed to look up a camera');
      return undefined;
    }
  }
}
