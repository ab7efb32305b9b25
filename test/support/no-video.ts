/** A transcoder in place of the real one, for tests in which no camera sends. */

import type { LiveVideo } from '../../server/core/video/encoded-frame.ts';
import { rungsOf } from '../../server/core/video/rungs.ts';

export const NO_VIDEO: LiveVideo = {
  subscribe: () => ({ close: () => undefined }),
  requestKeyframe: () => undefined,
  limitBitrate: () => undefined,
  rungsOf: () => rungsOf(640, 480, 25),
};
