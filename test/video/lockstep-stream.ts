/** A watched camera at the codec's own pace, for tests of continuity that no load of the machine can disturb. */

import assert from 'node:assert/strict';
import type { FrameHub } from '../../server/video/frame-hub.ts';
import type { Transcoder } from '../../server/video/transcoder.ts';
import { Vp8Reader } from '../support/vp8-reader.ts';
import { publish, SeenFrames, type TestCamera } from '../support/watched-camera.ts';

/** Publishes the next frame when the previous one came back, until it is stopped. */
export class LockstepStream {
  readonly seen: SeenFrames;
  readonly publishedUs: number[] = [];
  readonly #ended: Promise<void>;
  #stopped = false;

  constructor(hub: FrameHub, transcoder: Transcoder, camera: TestCamera) {
    this.seen = new SeenFrames(transcoder, camera.cameraId);
    this.#ended = this.#run(hub, camera);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#ended;
  }

  async #run(hub: FrameHub, camera: TestCamera): Promise<void> {
    while (!this.#stopped) {
      this.publishedUs.push(publish(hub, camera, this.publishedUs.length));
      await this.seen.count(this.publishedUs.length);
    }
  }
}

/** Every picture came out once, in order, decodable, with ascending timestamps. */
export function assertNothingIsMissing({ seen: { frames }, publishedUs }: LockstepStream): void {
  assert.deepEqual(
    frames.map(({ captureUs }) => captureUs),
    publishedUs,
  );
  using reader = new Vp8Reader();
  for (const [index, { data, keyframe, timestamp90k }] of frames.entries()) {
    assert.equal(reader.read(data).keyframe, keyframe, `frame ${index}`);
    const before = frames[index - 1]?.timestamp90k ?? timestamp90k - 1;
    assert.ok((timestamp90k - before + 2 ** 32) % 2 ** 32 < 2 ** 31, `timestamp of frame ${index}`);
  }
}
