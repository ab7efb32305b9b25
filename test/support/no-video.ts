/** A transcoder in place of the real one, for tests in which no camera sends. */

import type { FrameSource, RungSubscription } from '../../server/core/video/frame-source.ts';
import { rungsOf } from '../../server/core/video/rungs.ts';

export const NO_RUNG: RungSubscription = {
  limit: () => undefined,
  requestKeyframe: () => undefined,
  close: () => undefined,
};

export const NO_VIDEO: FrameSource = {
  subscribeRung: () => NO_RUNG,
  rungsOf: () => rungsOf(640, 480, 25),
};
