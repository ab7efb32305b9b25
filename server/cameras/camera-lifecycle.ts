/**
 * Notifies the features that keep state per camera when cameras are added, removed, and switched off or on.
 *
 * Invariant: a feature that fails is logged and does not affect the others.
 */

import type { CameraLifecycleListener } from '../core/cameras.ts';
import type { Log } from '../log.ts';
import type { RecordingsFate } from '../wire/recording.ts';

export class CameraLifecycle {
  readonly #features: readonly CameraLifecycleListener[];
  readonly #log: Log;

  constructor(features: readonly CameraLifecycleListener[], log: Log) {
    this.#features = features;
    this.#log = log;
  }

  /** An existing camera is not reported again. */
  add(cameraId: string): void {
    this.#each(cameraId, 'failed to add a camera', (feature) => feature.addCamera?.(cameraId));
  }

  remove(cameraId: string, recordings: RecordingsFate = 'kept'): void {
    this.#each(cameraId, 'failed to remove a camera', (feature) =>
      feature.removeCamera?.(cameraId, recordings),
    );
  }

  switch(cameraId: string, off: boolean): void {
    this.#each(cameraId, 'failed to switch a camera', (feature) => feature.switchCamera?.(cameraId, off));
  }

  #each(
    cameraId: string,
    failure: string,
    tell: (feature: CameraLifecycleListener) => void | Promise<void>,
  ): void {
    for (const feature of this.#features)
      Promise.try(tell, feature).catch((error: unknown) => {
        this.#log.error({ err: error, cameraId }, failure);
      });
  }
}
