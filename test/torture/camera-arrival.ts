/** A paired camera that connects from a chosen address until it is welcome, like its firmware. */

import { setTimeout as delay } from 'node:timers/promises';
import { parseCameraKey } from '../../server/core/link/camera-handshake.ts';
import type { CameraWithKey } from '../../server/wire/camera.ts';
import { CAMERA_SUBPROTOCOL } from '../../server/wire/camera-protocol.ts';
import { RawCamera } from '../support/ingest-rig.ts';

const RETRY_MS = 500;
const ATTEMPT_MS = 5_000;

/** @returns false when it was not accepted by the deadline, ms since the Unix epoch */
export async function cameraIsWelcome(
  cameraUrl: string,
  { id, key }: CameraWithKey,
  from: string,
  deadlineMs: number,
): Promise<boolean> {
  const secret = parseCameraKey(key);
  if (!secret) throw new Error('the key of the camera is none');
  const url = cameraUrl.replace('localhost', '127.0.0.1');
  for (;;) {
    const camera = new RawCamera(url, CAMERA_SUBPROTOCOL, { localAddress: from });
    const attempt = camera.shakeHands(id, secret).then(
      () => true,
      () => false,
    );
    const remainingMs = Math.min(ATTEMPT_MS, deadlineMs - Date.now());
    const welcome = await Promise.race([attempt, delay(Math.max(0, remainingMs), false)]);
    camera.socket.terminate();
    if (welcome || Date.now() + RETRY_MS > deadlineMs) return welcome;
    await delay(RETRY_MS);
  }
}
