/**
 * The subscribers of one camera's encoded frames.
 *
 * Invariant: a subscriber's first frame is a keyframe, because it could not decode any other; a failing one does not
 * affect the others.
 */

import { combineDemands, type CombinedDemand, type EncodingDemand } from '../core/video/encoding-demand.ts';
import type { EncodedFrame } from '../core/video/encoded-frame.ts';
import { FanOut, type Subscription } from '../core/fan-out.ts';
import type { Log } from '../log.ts';

export class FrameSubscribers {
  readonly #fanOut: FanOut<[EncodedFrame]>;
  readonly #demands = new Set<{ demand: EncodingDemand | undefined }>();

  constructor(log: Log) {
    this.#fanOut = new FanOut((error, { cameraId }) =>
      log.error({ err: error, cameraId }, 'failed to handle an encoded frame'),
    );
  }

  get size(): number {
    return this.#fanOut.size;
  }

  /** The combined demand of all of them. */
  get demand(): CombinedDemand {
    return combineDemands(Array.from(this.#demands, ({ demand }) => demand));
  }

  add(onFrame: (frame: EncodedFrame) => void, demand?: EncodingDemand): Subscription {
    let started = false;
    const subscription = this.#fanOut.subscribe((frame) => {
      started ||= frame.keyframe;
      if (started) onFrame(frame);
    });
    const entry = { demand };
    this.#demands.add(entry);
    return {
      close: () => {
        subscription.close();
        this.#demands.delete(entry);
      },
    };
  }

  deliver(frame: EncodedFrame): void {
    this.#fanOut.tell(frame);
  }

  clear(): void {
    this.#fanOut.clear();
    this.#demands.clear();
  }
}
