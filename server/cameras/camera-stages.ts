/**
 * Tells every part of the server that keeps something for each camera which cameras come and go.
 *
 * Invariant: a stage that fails is logged and keeps nothing from the others.
 */

import type { CameraStage } from '../core/cameras.ts';
import type { Log } from '../log.ts';

export class CameraStages {
  readonly #stages: readonly CameraStage[];
  readonly #log: Log;

  constructor(stages: readonly CameraStage[], log: Log) {
    this.#stages = stages;
    this.#log = log;
  }

  /** A camera that was there already is no new one to any stage. */
  add(cameraId: string): void {
    this.#each(cameraId, 'failed to add a camera', (stage) => stage.addCamera?.(cameraId));
  }

  remove(cameraId: string): void {
    this.#each(cameraId, 'failed to remove a camera', (stage) => stage.removeCamera?.(cameraId));
  }

  #each(cameraId: string, failure: string, tell: (stage: CameraStage) => void | Promise<void>): void {
    for (const stage of this.#stages)
      Promise.try(tell, stage).catch((error: unknown) => {
        this.#log.error({ err: error, cameraId }, failure);
      });
  }
}
