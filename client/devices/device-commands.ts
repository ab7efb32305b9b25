/**
 * Configurations and commands that connect a device to this server: lines for a board, commands for the virtual camera
 * and for a sensor. Pure.
 */

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
  // By `=`: one key in 64 begins with a dash.
  return `npm run camera -- --url ${cameraUrl(origin)} --id ${id} --key=${key}${trust}`;
}

/**
 * The request that reports an event, as curl sends it.
 *
 * @param url of the camera's events
 * @param authorityFile of ServerAddresses
 */
export function sensorCommand(url: string, token: string, authorityFile: string | null = null): string {
  const trust = authorityFile === null ? '' : ` --cacert ${shellWord(authorityFile)}`;
  return `curl -X POST ${url}${trust} -H "Authorization: Bearer ${token}" -H "Content-Type: application/json" -d '{"kind":"motion"}'`;
}

/** One word of a POSIX shell's command line. */
export function shellWord(text: string): string {
  return /^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
