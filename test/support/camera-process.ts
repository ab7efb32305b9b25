/** The virtual camera as a process. */

import type { CameraWithKey } from '../../server/wire/api.ts';
import { Child } from './child-process.ts';

/** @param options further words of the command line, like `--footage PATH` */
export function startCamera(url: string, camera: CameraWithKey, options: readonly string[] = []): Child {
  return new Child('server/virtual-camera/main.ts', ['--url', url, '--id', camera.id, ...options], {
    env: { VIGIE_CAMERA_KEY: camera.key },
  });
}
