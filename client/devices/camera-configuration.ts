/** The configuration a camera connects with: lines for a board, a command for the virtual camera. Pure. */

import type { CameraWithKey } from '../../server/wire/camera.ts';
import { CAMERA_PATH } from '../../server/wire/camera-protocol.ts';

type Credentials = Pick<CameraWithKey, 'id' | 'key'>;

/** ws: at an http: origin, wss: at an https: one. */
export function cameraUrl(origin: string): string {
  return `${origin.replace(/^http/, 'ws')}${CAMERA_PATH}`;
}

export function cameraConfiguration(origin: string, { id, key }: Credentials): string {
  return `VIGIE_SERVER_URL=${cameraUrl(origin)}\nVIGIE_CAMERA_ID=${id}\nVIGIE_CAMERA_KEY=${key}`;
}

/** @param authorityFile of ServerAddresses */
export function cameraCommand(
  origin: string,
  { id, key }: Credentials,
  authorityFile: string | null,
): string {
  const trust = authorityFile === null ? '' : ` --ca ${shellWord(authorityFile)}`;
  return `npm run camera -- --url ${cameraUrl(origin)} --id ${id} --key ${key}${trust}`;
}

/** One word of a POSIX shell's command line. */
export function shellWord(text: string): string {
  return /^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
