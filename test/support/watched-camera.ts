/** A camera whose frames go through the real hub, transcoder and codec processes, for tests. */

import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import type { TestContext } from 'node:test';
import type { EncodedFrame } from '../../server/core/video/encoded-frame.ts';
import type { Subscription } from '../../server/core/fan-out.ts';
import type { EncodingDemand } from '../../server/core/video/encoding-demand.ts';
import type { FrameSource, RungDemand, RungSubscription } from '../../server/core/video/frame-source.ts';
import { serverClock } from '../../server/core/clock.ts';
import type { FrameHub } from '../../server/video/frame-hub.ts';
import type { Transcoder } from '../../server/video/transcoder.ts';

/** Frames of a subscriber, with waiting for later ones. */
export class SeenFrames {
  readonly frames: EncodedFrame[] = [];
  readonly subscription: Subscription & Partial<RungSubscription>;
  readonly #events = new EventEmitter();

  constructor(
    source: Pick<Transcoder, 'subscribe' | 'sourceOfFrames'> | FrameSource,
    cameraId: string,
    demand?: EncodingDemand | RungDemand,
  ) {
    const onFrame = (frame: EncodedFrame): void => {
      this.frames.push(frame);
      this.#events.emit('frame');
    };
    if (demand && 'rung' in demand) {
      const rungs = 'sourceOfFrames' in source ? source.sourceOfFrames() : source;
      this.subscription = rungs.subscribeRung(cameraId, demand, onFrame);
    } else {
      assert.ok('subscribe' in source, 'it has rungs alone');
      this.subscription = source.subscribe(cameraId, onFrame, demand);
    }
  }

  /** The first matching frame at or after `from`; waits for it if necessary. */
  async find(fits: (frame: EncodedFrame) => boolean, from = 0): Promise<EncodedFrame> {
    for (let at = from; ; at++) {
      while (at >= this.frames.length) await once(this.#events, 'frame');
      const frame = this.frames[at];
      if (frame && fits(frame)) return frame;
    }
  }

  async count(count: number): Promise<void> {
    while (this.frames.length < count) await once(this.#events, 'frame');
  }
}

export interface TestCamera {
  cameraId: string;
  width: number;
  height: number;
  jpegs: readonly Buffer[];
}

/** Publishes one frame, as received now. @returns its capture time */
export function publish(
  hub: FrameHub,
  camera: TestCamera,
  index: number,
  jpeg?: Uint8Array,
  receivedUs = serverClock(),
): number {
  const { cameraId, width, height, jpegs } = camera;
  const captureUs = receivedUs - 1_000;
  hub.publish({
    cameraId,
    jpeg: jpeg ?? jpegs[index % jpegs.length] ?? Buffer.alloc(0),
    width,
    height,
    captureUs,
    receivedUs,
  });
  return captureUs;
}

/** Publishes at 25 fps until the test is over. */
export function play(t: TestContext, hub: FrameHub, camera: TestCamera): void {
  let index = 0;
  const timer = setInterval(() => publish(hub, camera, index++), 40);
  t.after(() => clearInterval(timer));
}
