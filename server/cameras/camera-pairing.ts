/**
 * Exchanges a code for a camera's key: an administrator creates the code, and its holder may exchange it for a new key, once.
 *
 * Invariants: codes and keys travel over TLS only; a guess is counted before the code is checked, so parallel guesses
 * gain nothing; the refusal does not tell whether a code is wrong or expired.
 */

import { monotonicMs, wallMs } from '../core/clock.ts';
import { AttemptLimit } from '../accounts/attempt-limit.ts';
import { NetworkFailures } from '../core/address/network-failures.ts';
import { PairingCodes } from '../core/link/pairing-codes.ts';
import { VigieError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { PairedCamera, PairingCodeView, PairingRequest } from '../wire/camera.ts';
import type { CameraCatalog } from './camera-catalog.ts';
import type { ClientConnection } from '../http/client-connection.ts';

/**
 * Wrong codes of one network in a code's lifetime. There is no limit for all networks together, because attackers could
 * use it up to block a camera: of 2^40 codes, a hundred thousand networks at a time find one in a million lifetimes.
 */
const LIFETIME_MS = 15 * 60_000;
const WRONG_CODES = [
  { prefix: 64, failures: 10, windowMs: LIFETIME_MS },
  { prefix: 56, failures: 20, windowMs: LIFETIME_MS },
  { prefix: 48, failures: 40, windowMs: LIFETIME_MS },
] as const;

export interface CameraPairingOptions {
  catalog: CameraCatalog;
  log: Log;
  /** The monotonic clock, ms. */
  nowMs?: () => number;
}

export class CameraPairing {
  readonly #catalog: CameraCatalog;
  readonly #log: Log;
  readonly #nowMs: () => number;
  readonly #codes = new PairingCodes();
  readonly #guesses: AttemptLimit;
  readonly counters = { made: 0, paired: 0, refused: 0 };

  constructor({ catalog, log, nowMs = monotonicMs }: CameraPairingOptions) {
    this.#catalog = catalog;
    this.#log = log.child({ component: 'pairing' });
    this.#nowMs = nowMs;
    this.#guesses = new AttemptLimit(new NetworkFailures(WRONG_CODES), nowMs);
    catalog.on('changed', (cameraId, change) => {
      if (change === 'removed' || change === 'keyRotated') this.#codes.revoke(cameraId);
    });
  }

  /** @throws VigieError `forbidden` without TLS, `notFound`, `conflict` for cameras without a key */
  makeCode(cameraId: string, { secure }: ClientConnection): PairingCodeView {
    if (!secure)
      throw new VigieError(
        'forbidden',
        'pairing codes are created over https only: open this page over https',
      );
    this.#catalog.assertHasKey(cameraId);
    this.counters.made++;
    const nowMs = this.#nowMs();
    const { code, expiresAtMs } = this.#codes.make(cameraId, nowMs);
    return { code, expiresAtMs: wallMs() + expiresAtMs - nowMs };
  }

  /** The camera's former key becomes invalid. @throws VigieError `forbidden`, `tooManyRequests`, `notFound` */
  async pair(request: PairingRequest, { secure, address }: ClientConnection): Promise<PairedCamera> {
    const { code, board, firmware } = request;
    if (!secure)
      throw new VigieError(
        'forbidden',
        'pairing is possible over https only, because the key would be sent unencrypted: use a wss:// address, or the id and the key themselves',
      );
    this.#guesses.admit(address);
    const cameraId = this.#codes.find(code, this.#nowMs());
    if (cameraId === undefined) {
      this.counters.refused++;
      this.#log.warn({ address, board }, 'pairing code refused');
      throw new VigieError(
        'notFound',
        'this code is wrong, already used, or older than 15 minutes: make a new one',
      );
    }
    // In the same step, so that two clients with the code get only one key.
    this.#codes.revoke(cameraId);
    const { key } = await this.#catalog.rotateKey(cameraId);
    this.counters.paired++;
    this.#log.info({ cameraId, address, board, firmware }, 'camera paired');
    this.#guesses.succeeded(address);
    return { cameraId, key };
  }
}
