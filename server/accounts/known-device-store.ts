/** Devices and programs on which each user has signed in, by the hashes that known-devices.ts makes of them. */

import type { DatabaseSync } from 'node:sqlite';
import { inTransaction } from '../store/database.ts';
import { declareStatements, prepareStatements } from '../store/statements.ts';
import type { Shared, WorkOf } from '../store/work.ts';

/** Above this, the one that was used longest ago is forgotten. */
const MAX_DEVICES_PER_USER = 50;

const SQL = declareStatements('knownDevices', {
  find: 'SELECT 1 FROM known_devices WHERE user_id = ? AND token_hash = ?',
  anyOf: 'SELECT 1 FROM known_devices WHERE user_id = ? LIMIT 1',
  anyWith: 'SELECT 1 FROM known_devices WHERE token_hash = ? LIMIT 1',
  add: `
    INSERT INTO known_devices (user_id, token_hash, seen_at) SELECT id, :hash, :nowMs FROM users WHERE id = :userId
    ON CONFLICT (user_id, token_hash) DO UPDATE SET seen_at = excluded.seen_at`,
  remove: 'DELETE FROM known_devices WHERE user_id = ? AND token_hash = ?',
  trim: `
    DELETE FROM known_devices WHERE user_id = :userId AND token_hash IN (
      SELECT token_hash FROM known_devices WHERE user_id = :userId ORDER BY seen_at DESC LIMIT -1 OFFSET :max)`,
});

export class KnownDeviceQueries {
  readonly #database: DatabaseSync;
  readonly #statements;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#statements = prepareStatements(database, SQL);
  }

  isKnown(userId: string, hash: Uint8Array): boolean {
    return this.#statements.find.get(userId, hash) !== undefined;
  }

  /** Whether the user has signed in on any device. */
  hasAny(userId: string): boolean {
    return this.#statements.anyOf.get(userId) !== undefined;
  }

  /** Whether any user has signed in on this one. */
  isAnybodys(hash: Uint8Array): boolean {
    return this.#statements.anyWith.get(hash) !== undefined;
  }

  /** @param formerHash the hash that identified it so far */
  add(userId: string, hash: Uint8Array, nowMs: number, formerHash?: Uint8Array): void {
    inTransaction(this.#database, () => {
      if (formerHash) this.#statements.remove.run(userId, formerHash);
      this.#statements.add.run({ userId, hash, nowMs });
      this.#statements.trim.run({ userId, max: MAX_DEVICES_PER_USER });
    });
  }
}

export const KNOWN_DEVICE_WORK = {
  isKnown: 'quick',
  hasAny: 'quick',
  isAnybodys: 'quick',
  add: 'record',
} as const satisfies WorkOf<KnownDeviceQueries>;

export type KnownDeviceStore = Shared<KnownDeviceQueries, typeof KNOWN_DEVICE_WORK>;
