/**
 * The server's side of ICE: an ICE-lite agent (RFC 8445 section 2.5) that answers connectivity checks and follows the
 * viewer's nominations. It never sends a check.
 *
 * Invariant: a request without a MESSAGE-INTEGRITY made with this agent's password changes nothing and gets no answer,
 * so neither a forged request nor one for another viewer can move a path or keep it alive.
 */

import { randomBytes } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { iceCheckError, iceCheckSuccess, readIceCheck, type IceCheck } from '../core/stun-turn/ice-check.ts';
import type { IceParameters } from '../wire/signaling.ts';
import type { IceUsers } from './ice-users.ts';
import type { DatagramReceiver, Path } from './path.ts';

/** Validated paths of a viewer at a time: its interfaces, behind their NATs and relays. */
const MAX_PATHS = 8;

interface Credentials {
  usernameFragment: string;
  password: string;
}

export interface IceLiteCounters {
  accepted: number;
  badIntegrity: number;
  refused: number;
}

export class IceLiteAgent implements DatagramReceiver {
  readonly counters: IceLiteCounters = { accepted: 0, badIntegrity: 0, refused: 0 };
  /** Called with every datagram that arrives by a validated path and is not STUN. */
  onData: (datagram: Buffer) => void = () => {};
  /** Called with the source of every authentic check. */
  onCheck: (path: Path) => void = () => {};
  readonly #users: IceUsers;
  readonly #clock: Clock;
  /** The newest first; an older one is kept until the viewer has used the newer one. */
  #credentials: Credentials[] = [];
  /** In the order of their last use. */
  readonly #validated = new Set<Path>();
  #selected: Path | undefined;
  #nominated = false;
  #consentUs: number;
  #closed = false;

  constructor(users: IceUsers, clock: Clock) {
    this.#users = users;
    this.#clock = clock;
    this.#consentUs = clock();
    this.#addCredentials();
  }

  get parameters(): IceParameters {
    const [newest] = this.#credentials;
    if (!newest) throw new Error('the ICE agent is closed');
    return { ...newest, iceLite: true };
  }

  /** The viewer's address; undefined before the first check. */
  get selected(): Path | undefined {
    return this.#selected;
  }

  /** See Path. */
  get isFilling(): boolean {
    return this.#selected?.isFilling ?? false;
  }

  /** The path to the viewer cannot take more datagrams now. */
  get isFull(): boolean {
    return this.#selected?.isFull ?? false;
  }

  /** When the viewer last proved, with valid integrity, its consent to receive (RFC 7675). */
  get consentUs(): number {
    return this.#consentUs;
  }

  /** ICE restart (RFC 8445 section 2.4): new credentials; the old path stays in use until a check uses them. */
  restart(): IceParameters {
    this.#dropOldCredentials();
    this.#addCredentials();
    return this.parameters;
  }

  /** @returns false when no path is selected yet */
  send(datagram: Buffer): boolean {
    if (!this.#selected || this.#closed) return false;
    this.#selected.send(datagram);
    return true;
  }

  onBindingRequest(datagram: Buffer, path: Path): void {
    // No program can listen on port 0 (RFC 768), and Node throws on each attempt to send there.
    if (path.port === 0) return void this.counters.refused++;
    for (const credentials of this.#credentials) {
      const check = readIceCheck(datagram, credentials.password);
      if (check) return this.#onAuthenticCheck(check, credentials, path);
    }
    this.counters.badIntegrity++;
    this.#users.badIntegrity++;
  }

  onDatagram(datagram: Buffer): void {
    this.onData(datagram);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const { usernameFragment } of this.#credentials) this.#users.remove(usernameFragment);
    for (const path of this.#validated) path.release(this);
    this.#credentials = [];
    this.#validated.clear();
    this.#selected = undefined;
    this.onData = () => {};
    this.onCheck = () => {};
  }

  #onAuthenticCheck(check: IceCheck, credentials: Credentials, path: Path): void {
    const problem = check.unknown.length > 0 ? 420 : check.isRoleConflict ? 487 : undefined;
    if (problem) {
      this.counters.refused++;
      return path.send(iceCheckError(check, problem, credentials.password));
    }
    this.counters.accepted++;
    this.#consentUs = this.#clock();
    // A check with the newest credentials proves that the viewer has them: the older ones are removed.
    if (credentials === this.#credentials[0]) this.#dropOldCredentials();
    this.#validate(path);
    if (check.isNominating || !this.#nominated) {
      this.#selected = path;
      this.#nominated ||= check.isNominating;
    }
    path.send(iceCheckSuccess(check, path, credentials.password));
    this.onCheck(path);
  }

  #addCredentials(): void {
    // RFC 8445 section 5.3 asks for at least 24 and 128 bits; hex keeps to its ice-char alphabet.
    const credentials = {
      usernameFragment: randomBytes(8).toString('hex'),
      password: randomBytes(16).toString('hex'),
    };
    this.#credentials.unshift(credentials);
    this.#users.add(credentials.usernameFragment, this);
  }

  #dropOldCredentials(): void {
    for (const old of this.#credentials.splice(1)) this.#users.remove(old.usernameFragment);
  }

  #validate(path: Path): void {
    // Deleted first, so the set keeps the order of last use and the stalest path is removed when there are too many.
    this.#validated.delete(path);
    this.#validated.add(path);
    path.claim(this);
    if (this.#validated.size > MAX_PATHS) this.#forgetStalest();
  }

  #forgetStalest(): void {
    for (const path of this.#validated) {
      if (path === this.#selected) continue;
      this.#validated.delete(path);
      path.release(this);
      return;
    }
  }
}
