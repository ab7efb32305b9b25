/** The virtual camera as a process. */

import type { CameraWithKey } from '../../server/wire/camera.ts';
import { Child } from './child-process.ts';

/** Moves, and costs a tenth of the camera's own choice. */
const LIGHT = ['--size', 'QVGA', '--fps', '8'];
/** The camera's own choice, VGA at 25 fps: where a test is about quality, pace or amounts of data. */
export const FULL_RATE: readonly string[] = [];

/**
 * @param options further arguments, like `--footage PATH`
 * @param authority a file with the certificate that is trusted for wss:
 * @param prefix words in front of its command line
 */
export function startCamera(
  url: string,
  camera: CameraWithKey,
  options: readonly string[] = LIGHT,
  authority?: string,
  prefix: readonly string[] = [],
): Child {
  return new Child('server/virtual-camera/main.ts', ['--url', url, '--id', camera.id, ...options], {
    prefix,
    env: {
      VIGIE_CAMERA_KEY: camera.key,
      ...(authority !== undefined && { NODE_EXTRA_CA_CERTS: authority }),
    },
  });
}
