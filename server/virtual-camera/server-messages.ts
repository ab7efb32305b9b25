/**
 * Parses messages from the server as strictly as a small device can: without a library. Anything that is not exactly a
 * message of the protocol is rejected, as in the reference, firmware/core/control_messages.cpp.
 */

import { type ServerToCamera } from '../wire/camera-protocol.ts';
import { FRAME_SIZES, WHITE_BALANCES, type CameraSettings } from '../wire/camera-settings.ts';

type Fields = Record<string, unknown>;
type Check = (value: unknown) => boolean;

/** Each setting: the check of its value, and the refusal of an invalid one. In the order of checking. */
const SETTINGS: readonly (readonly [name: string, check: Check, refusal: string])[] = [
  ['frameSize', oneOf(Object.keys(FRAME_SIZES)), 'frameSize is not a known name'],
  wholeNumber('jpegQuality', 4, 63),
  wholeNumber('maxFps', 1, 60),
  wholeNumber('flash', 0, 255),
  flag('hMirror'),
  flag('vFlip'),
  wholeNumber('brightness', -2, 2),
  wholeNumber('contrast', -2, 2),
  wholeNumber('exposure', -2, 2),
  ['whiteBalance', oneOf(WHITE_BALANCES), 'whiteBalance is not a known name'],
  wholeNumber('ackWindow', 1, 8),
];

/** @returns the message; undefined when this camera does not know it */
export function parseServerMessage(text: string): ServerToCamera | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  return isWellFormed(value) ? (value as unknown as ServerToCamera) : undefined;
}

function isWellFormed(fields: Fields): boolean {
  switch (fields['type']) {
    case 'challenge':
      return typeof fields['nonce'] === 'string';
    case 'welcome':
      return isProof(fields['hmac']) && isObject(fields['settings']);
    case 'ack':
      return isCount(fields['sequence']);
    case 'time':
      return isCount(fields['id']) && isTime(fields['t1']) && isTime(fields['t2']);
    case 'set':
    case 'reboot':
      return isCount(fields['id']);
    case 'ota':
      return (
        isCount(fields['id']) &&
        isCount(fields['bytes']) &&
        ['version', 'url', 'sha256', 'token'].every((name) => typeof fields[name] === 'string')
      );
    default:
      return false;
  }
}

/** Settings as the server sent them: accepted or refused as a whole. */
export interface SettingsRequest {
  settings: CameraSettings;
  ackWindow: number | undefined;
  /** Why they are refused. */
  refusal: string | undefined;
}

/** @param fields a set message, or the settings of a welcome; other names are ignored */
export function readSettings(fields: object): SettingsRequest {
  const given = fields as Fields;
  const named = SETTINGS.filter(([name]) => given[name] !== undefined);
  const good = named.filter(([name, check]) => check(given[name])).map(([name]) => [name, given[name]]);
  const { ackWindow, ...settings } = Object.fromEntries(good) as CameraSettings & { ackWindow?: number };
  const refusal = named.find(([name, check]) => !check(given[name]))?.[2];
  return { settings, ackWindow, refusal };
}

function wholeNumber(name: string, least: number, most: number): (typeof SETTINGS)[number] {
  const check: Check = (value) =>
    Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
  return [name, check, `${name} must be ${least} to ${most}`];
}

function flag(name: string): (typeof SETTINGS)[number] {
  return [name, (value) => typeof value === 'boolean', `${name} must be true or false`];
}

function oneOf(names: readonly string[]): Check {
  return (value) => names.includes(value as string);
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0xffff_ffff;
}

/** µs since the Unix epoch. */
function isTime(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isProof(value: unknown): boolean {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}
