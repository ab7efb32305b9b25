/**
 * Tells every part of the server with state per camera which cameras were added and removed.
 *
 * Invariant: a stage that fails is logged and does not affect the others.
 */

import type { CameraLifecycleListener } from '../core/cameras.ts';
import type { Log } from '../log.ts';
import type { RecordingsFate } from '../wire/recording.ts';

export class CameraLifecycle {
  readonly #stages: readonly CameraLifecycleListener[];
  readonly #log: Log;

  constructor(stages: readonly CameraLifecycleListener[], log: Log) {
    this.#stages = stages;
    this.#log = log;
  }

  /** An existing camera is not reported again. */
  add(cameraId: string): void {
    this.#each(cameraId, 'failed to add a camera', (stage) => stage.addCamera?.(cameraId));
  }

  remove(cameraId: string, recordings: RecordingsFate = 'kept'): void {
    this.#each(cameraId, 'failed to remove a camera', (stage) => stage.removeCamera?.(cameraId, recordings));
  }

  switch(cameraId: string, off: boolean): void {
    this.#each(cameraId, 'failed to switch a camera', (stage) => stage.switchCamera?.(cameraId, off));
  }

  #each(
    cameraId: string,
    failure: string,
    tell: (stage: CameraLifecycleListener) => void | Promise<void>,
  ): void {
    for (const stage of this.#stages)
      Promise.try(tell, stage).catch((error: unknown) => {
        this.#log.error({ err: error, cameraId }, failure);
      });
  }
}
