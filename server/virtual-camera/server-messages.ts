/** What a server may say to a camera, read with the care that a small device can afford: no library, no surprises. */

import { FRAME_SIZES, type CameraSettings, type ServerToCamera } from '../wire/camera-protocol.ts';

type Fields = Record<string, unknown>;

const NUMBERS: Record<string, readonly [least: number, most: number]> = {
  jpegQuality: [4, 63],
  maxFps: [1, 60],
  flash: [0, 255],
  brightness: [-2, 2],
  contrast: [-2, 2],
  ackWindow: [1, 8],
};

/** @returns the message, or undefined when it is none that this camera knows */
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
      return typeof fields['hmac'] === 'string' && isObject(fields['settings']);
    case 'ack':
      return isCount(fields['sequence']);
    case 'time':
      return isCount(fields['id']);
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

/** @returns why the settings are none, or undefined when each is within its range */
export function refuseSettings(settings: CameraSettings): string | undefined {
  for (const [name, value] of Object.entries(settings)) {
    if (name === 'frameSize') {
      if (typeof value !== 'string' || !Object.hasOwn(FRAME_SIZES, value))
        return 'frameSize is no known name';
    } else if (name === 'hMirror' || name === 'vFlip') {
      if (typeof value !== 'boolean') return `${name} must be true or false`;
    } else {
      const [least, most] = NUMBERS[name] ?? [];
      if (least === undefined || most === undefined) continue;
      if (typeof value !== 'number' || !(value >= least && value <= most))
        return `${name} must be ${least} to ${most}`;
    }
  }
  return undefined;
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0xffff_ffff;
}
