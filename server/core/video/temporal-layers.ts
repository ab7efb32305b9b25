/**
 * How a rung's bits and frames are spread over its three temporal layers: layer 0, layers 0 and 1, all.
 *
 * Frames that are predicted from better ones cost less: with 0.45 that saves a little more than the longer way to the reference
 * costs (`npm run bench:layers`). More for layer 0 would save more, but each frame of it would stand in a narrow line for longer.
 */
export const TEMPORAL_LAYERS = [
  { bits: 0.45, frames: 0.25 },
  { bits: 0.65, frames: 0.5 },
  { bits: 1, frames: 1 },
] as const;
