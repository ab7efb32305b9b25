/**
 * ICE, the server's half: an ICE-lite agent (RFC 8445 section 2.5) that answers connectivity checks and follows the
 * viewer's nominations. It never sends a check of its own.
 *
 * Invariant: nothing changes and nothing is answered unless the request carries a MESSAGE-INTEGRITY made with this
 * agent's password, so neither a forged request nor one for another viewer can move or keep alive a path.
 */

import { randomBytes } from 'node:crypto';
import { Message, classes, methods, parseMessage } from 'werift';
import type { Clock } from '../core/clock.ts';
import type { IceParameters } from '../wire/signaling.ts';
import {
  addressKey,
  plainAddress,
  type DatagramReceiver,
  type RemoteAddress,
  type RtcSocket,
} from './rtc-socket.ts';

/** Addresses a viewer may have validated at a time: its interfaces, behind their NATs and relays. */
const MAX_ADDRESSES = 8;

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
  /** Called with every datagram that is not STUN and comes from a validated address. */
  onData: (datagram: Buffer) => void = () => {};
  readonly #socket: RtcSocket;
  readonly #clock: Clock;
  /** The newest first; an older one is kept until the viewer has used the newer. */
  #credentials: Credentials[] = [];
  readonly #validated = new Map<string, RemoteAddress>();
  #selected: RemoteAddress | undefined;
  #nominated = false;
  #consentUs: number;
  #closed = false;

  constructor(socket: RtcSocket, clock: Clock) {
    this.#socket = socket;
    this.#clock = clock;
    this.#consentUs = clock();
    this.#addCredentials();
  }

  get parameters(): IceParameters {
    const [newest] = this.#credentials;
    if (!newest) throw new Error('the ICE agent is closed');
    return { ...newest, iceLite: true };
  }

  /** Where the viewer receives, or undefined as long as no check has come. */
  get selected(): RemoteAddress | undefined {
    return this.#selected;
  }

  /** When the viewer last showed, with valid integrity, that it still wants to receive (RFC 7675). */
  get consentUs(): number {
    return this.#consentUs;
  }

  /** ICE restart (RFC 8445 section 2.4): new credentials; the old path carries on until a check uses them. */
  restart(): IceParameters {
    this.#dropOldCredentials();
    this.#addCredentials();
    return this.parameters;
  }

  /** @returns false when there is nowhere to send to yet */
  send(datagram: Buffer): boolean {
    if (!this.#selected || this.#closed) return false;
    this.#socket.send(datagram, this.#selected);
    return true;
  }

  onBindingRequest(datagram: Buffer, from: RemoteAddress): void {
    // No program can be answered there (RFC 768), and Node throws on every attempt to.
    if (from.port === 0) return void this.counters.refused++;
    for (const credentials of this.#credentials) {
      const request = parseMessage(datagram, Buffer.from(credentials.password));
      if (request) return this.#onAuthenticRequest(request, credentials, from);
    }
    this.counters.badIntegrity++;
  }

  onDatagram(datagram: Buffer): void {
    this.onData(datagram);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const { usernameFragment } of this.#credentials) this.#socket.removeUser(usernameFragment);
    for (const address of this.#validated.values()) this.#socket.removeAddress(address, this);
    this.#credentials = [];
    this.#validated.clear();
    this.#selected = undefined;
    this.onData = () => {};
  }

  #onAuthenticRequest(request: Message, credentials: Credentials, from: RemoteAddress): void {
    if (request.unknownAttributeTypes.some((type) => type < 0x8000)) {
      this.#refuse(request, credentials, from, [420, 'Unknown Attribute']);
      return;
    }
    if (request.attributesKeys.includes('ICE-CONTROLLED')) {
      this.#refuse(request, credentials, from, [487, 'Role Conflict']);
      return;
    }
    this.counters.accepted++;
    this.#consentUs = this.#clock();
    // A check with the newest credentials proves that the viewer has them: the older ones are done.
    if (credentials === this.#credentials[0]) this.#dropOldCredentials();
    const address = this.#validate(from);
    const nominating = request.attributesKeys.includes('USE-CANDIDATE');
    if (nominating || !this.#nominated) {
      this.#selected = address;
      this.#nominated ||= nominating;
    }
    const response = new Message(methods.BINDING, classes.RESPONSE, request.transactionId);
    response.setAttribute('XOR-MAPPED-ADDRESS', [plainAddress(from.address), from.port]);
    this.#respond(response, credentials, from);
  }

  #addCredentials(): void {
    // RFC 8445 section 5.3 asks for at least 24 and 128 bits; hex keeps to its ice-char alphabet.
    const credentials = {
      usernameFragment: randomBytes(8).toString('hex'),
      password: randomBytes(16).toString('hex'),
    };
    this.#credentials.unshift(credentials);
    this.#socket.addUser(credentials.usernameFragment, this);
  }

  #dropOldCredentials(): void {
    for (const old of this.#credentials.splice(1)) this.#socket.removeUser(old.usernameFragment);
  }

  #validate(from: RemoteAddress): RemoteAddress {
    const key = addressKey(from);
    const address = this.#validated.get(key) ?? { address: from.address, port: from.port };
    // Deleted first, so that the map's order is that of last use and the stalest address goes when there are too many.
    this.#validated.delete(key);
    this.#validated.set(key, address);
    this.#socket.addAddress(address, this);
    if (this.#validated.size > MAX_ADDRESSES) this.#forgetStalest();
    return address;
  }

  #forgetStalest(): void {
    for (const [key, address] of this.#validated) {
      if (address === this.#selected) continue;
      this.#validated.delete(key);
      this.#socket.removeAddress(address, this);
      return;
    }
  }

  #refuse(request: Message, credentials: Credentials, to: RemoteAddress, error: [number, string]): void {
    this.counters.refused++;
    const response = new Message(methods.BINDING, classes.ERROR, request.transactionId);
    response.setAttribute('ERROR-CODE', error);
    if (error[0] === 420) response.setAttribute('UNKNOWN-ATTRIBUTES', request.unknownAttributeTypes);
    this.#respond(response, credentials, to);
  }

  #respond(response: Message, { password }: Credentials, to: RemoteAddress): void {
    response.addMessageIntegrity(Buffer.from(password)).addFingerprint();
    this.#socket.send(response.bytes, to);
  }
}
