/** Refused attempts to connect as a camera, in words, with what to do. Pure. */

import type { CameraAttempts, CameraView } from '../../server/wire/camera.ts';
import type { ShownTime } from '../dates/shown-time.ts';

/** @returns the newest first; none of those from before the camera was added */
export function attemptTexts(
  { wrongKey, unknownId }: CameraAttempts,
  { createdAtMs }: Pick<CameraView, 'createdAtMs'>,
  time: Pick<ShownTime, 'second'>,
): string[] {
  const texts = [
    wrongKey && {
      ...wrongKey,
      text: 'with this camera’s ID and a wrong key. Check the key on the camera.',
    },
    unknownId && {
      ...unknownId,
      text: 'with an ID that no camera has. Check the ID on the camera.',
    },
  ];
  return texts
    .filter((each) => each !== null)
    .filter(({ atMs }) => atMs >= createdAtMs)
    .toSorted((a, b) => b.atMs - a.atMs)
    .map(({ atMs, address, text }) => `At ${time.second(atMs)}, a device at ${address} tried ${text}`);
}
