/** The options of the virtual camera, from its command line and its environment. */

import { parseArgs } from 'node:util';
import { parseCameraKey } from '../core/link/camera-handshake.ts';
import { MAX_FRAME_INTERVAL_MS } from '../wire/camera-protocol.ts';
import { FRAME_SIZES, type FrameSizeName } from '../wire/camera-settings.ts';

export const USAGE = `Usage: npm run camera -- --url ws://HOST:8080/camera --id ID [--key KEY]

  --url URL         the server: ws:// or wss://, with the path /camera
  --id ID           the camera's id, as shown when it was added
  --key KEY         its key, 43 characters; better in the environment as VIGIE_CAMERA_KEY
  --name NAME       printed into the picture (default: the id)
  --fps N           frames per second, 1 to 60 (default: 25)
  --interval N      a picture every N seconds instead, 1 to 604800
  --size NAME       ${Object.keys(FRAME_SIZES).join(', ')} (default: VGA)
  --quality N       JPEG quality on the sensor's scale, 4 (best) to 63 (default: 12)
  --firmware VER    the version it reports; over wss:// it takes updates (default: vigie-virtual-camera)
  --no-time-code    draw none into the scene: a strip that machines read
  --footage PATH    play a folder of .jpg files or an .mjpeg file instead of the drawn scene

  --ca FILE         the certificate of the server's own authority (its /ca.pem), for wss://

  The signal USR2 toggles its motion sensor.

  --legacy          speak the protocol of the legacy firmware instead, to ws://HOST:8880
  --username NAME   for --legacy, or VIGIE_LEGACY_USERNAME
  --password WORD   for --legacy, or VIGIE_LEGACY_PASSWORD`;

export interface CommandLine {
  target:
    | { protocol: 'v1'; url: string; cameraId: string; key: Uint8Array }
    | { protocol: 'legacy'; url: string; username: string; password: string };
  name: string;
  fps: number;
  frameSize: FrameSizeName;
  jpegQuality: number;
  firmware: string;
  footage: string | undefined;
  hasTimeCode: boolean;
  /** Path of a PEM file. */
  ca: string | undefined;
}

/** @throws Error with a one-line message */
export function parseCommandLine(args: string[], environment: NodeJS.ProcessEnv): CommandLine | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      url: { type: 'string' },
      id: { type: 'string' },
      key: { type: 'string' },
      name: { type: 'string' },
      fps: { type: 'string', default: '25' },
      interval: { type: 'string' },
      size: { type: 'string', default: 'VGA' },
      quality: { type: 'string', default: '12' },
      firmware: { type: 'string', default: 'vigie-virtual-camera' },
      footage: { type: 'string' },
      'no-time-code': { type: 'boolean', default: false },
      ca: { type: 'string' },
      legacy: { type: 'boolean', default: false },
      // Former name of this option.
      seed: { type: 'boolean', default: false },
      username: { type: 'string' },
      password: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const url = parseUrl(values.url);
  const common = {
    fps:
      values.interval === undefined
        ? parseNumber('--fps', values.fps, 1, 60)
        : 1 / parseNumber('--interval', values.interval, 1, MAX_FRAME_INTERVAL_MS / 1000),
    frameSize: parseFrameSize(values.size),
    jpegQuality: parseNumber('--quality', values.quality, 4, 63),
    firmware: values.firmware,
    footage: values.footage,
    hasTimeCode: !values['no-time-code'],
    ca: values.ca,
  };
  if (values.legacy || values.seed) {
    const username = values.username ?? environment['VIGIE_LEGACY_USERNAME'];
    const password = values.password ?? environment['VIGIE_LEGACY_PASSWORD'];
    if (!username || !password) throw new Error('--legacy needs --username and --password');
    return {
      ...common,
      name: values.name ?? 'legacy',
      target: { protocol: 'legacy', url, username, password },
    };
  }
  const { id } = values;
  if (!id) throw new Error('--id is missing: the id the server showed when the camera was added');
  const keyText = values.key ?? environment['VIGIE_CAMERA_KEY'];
  if (!keyText) throw new Error('the key is missing: give --key, or VIGIE_CAMERA_KEY in the environment');
  const key = parseCameraKey(keyText);
  if (!key) throw new Error('the key is not valid: it must be the 43 characters the server showed');
  return { ...common, name: values.name ?? id, target: { protocol: 'v1', url, cameraId: id, key } };
}

function parseUrl(text: string | undefined): string {
  if (text === undefined) throw new Error('--url is missing: for example ws://localhost:8080/camera');
  const url = URL.parse(text);
  if (!url || (url.protocol !== 'ws:' && url.protocol !== 'wss:'))
    throw new Error(`--url must begin with ws:// or wss://, not ${text}`);
  return url.href;
}

function parseNumber(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= least && value <= most))
    throw new Error(`${option} must be ${least} to ${most}, not ${text}`);
  return value;
}

function parseFrameSize(text: string): FrameSizeName {
  const name = text.toUpperCase();
  if (Object.hasOwn(FRAME_SIZES, name)) return name as FrameSizeName;
  throw new Error(`--size must be one of ${Object.keys(FRAME_SIZES).join(', ')}, not ${text}`);
}
