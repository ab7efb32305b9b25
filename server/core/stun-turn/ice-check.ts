/**
 * Parses and answers a connectivity check on the controlled side of ICE (RFC 8445 section 7.3, RFC 8489 sections 6.3.1,
 * 14.5 and 14.7).
 *
 * Invariant: a request is returned only if its MESSAGE-INTEGRITY was made with the password and its FINGERPRINT is
 * right; the work is linear in its bytes.
 */

import { writeXorAddress, type TransportAddress } from './stun-address.ts';
import { hasFingerprint, withFingerprint } from './stun-fingerprint.ts';
import { ATTRIBUTE, readStun, verifiesStun, writeStun, type StunAttribute } from './stun-message.ts';

export interface IceCheck {
  /** 12 bytes. */
  transactionId: Buffer;
  /** It carries USE-CANDIDATE: this path is nominated. */
  isNominating: boolean;
  /** The other side considers itself controlled, too. */
  isRoleConflict: boolean;
  /** Unknown attributes that require comprehension (RFC 8489 section 14). */
  unknown: number[];
}

const BINDING_REQUEST = 0x0001;
const BINDING_SUCCESS = 0x0101;
const BINDING_ERROR = 0x0111;
const UNKNOWN_ATTRIBUTES = 0x000a;
const PRIORITY = 0x0024;
const USE_CANDIDATE = 0x0025;
const ICE_CONTROLLED = 0x8029;
const UNDERSTOOD = new Set<number>([ATTRIBUTE.username, ATTRIBUTE.messageIntegrity, PRIORITY, USE_CANDIDATE]);
const COMPREHENSION_OPTIONAL = 0x8000;

const REASONS = { 420: 'Unknown Attribute', 487: 'Role Conflict' } as const;

/** @param datagram any bytes @returns undefined unless it is a check made with the password */
export function readIceCheck(datagram: Buffer, password: string): IceCheck | undefined {
  const message = readStun(datagram);
  if (message?.type !== BINDING_REQUEST || !verifiesStun(datagram, message, Buffer.from(password)))
    return undefined;
  if (!hasFingerprint(datagram)) return undefined;
  const { transactionId, attributes } = message;
  return {
    transactionId,
    isNominating: attributes.has(USE_CANDIDATE),
    isRoleConflict: attributes.has(ICE_CONTROLLED),
    unknown: [...attributes.keys()].filter((type) => type < COMPREHENSION_OPTIONAL && !UNDERSTOOD.has(type)),
  };
}

/** @param seen the source address of the check */
export function iceCheckSuccess(
  { transactionId }: IceCheck,
  seen: TransportAddress,
  password: string,
): Buffer {
  const mapped = writeXorAddress(seen, transactionId);
  return signed(BINDING_SUCCESS, transactionId, [[ATTRIBUTE.xorMappedAddress, mapped]], password);
}

export function iceCheckError(
  { transactionId, unknown }: IceCheck,
  code: keyof typeof REASONS,
  password: string,
): Buffer {
  const errorCode = Buffer.from([0, 0, Math.floor(code / 100), code % 100, ...Buffer.from(REASONS[code])]);
  const attributes: StunAttribute[] = [[ATTRIBUTE.errorCode, errorCode]];
  if (code === 420) attributes.push([UNKNOWN_ATTRIBUTES, uint16s(unknown)]);
  return signed(BINDING_ERROR, transactionId, attributes, password);
}

function signed(
  type: number,
  transactionId: Buffer,
  attributes: readonly StunAttribute[],
  password: string,
): Buffer {
  return withFingerprint(writeStun(type, transactionId, attributes, Buffer.from(password)));
}

function uint16s(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(2 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt16BE(value, 2 * index);
  return bytes;
}
