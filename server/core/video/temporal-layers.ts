/**
 * The distribution of a rung's bits and frames over its three temporal layers: layer 0, layers 0 and 1, all.
 *
 * Frames predicted from better ones need fewer bits: with 0.45 that saves slightly more than the longer distance to the reference
 * costs (`npm run bench:layers`). A larger share for layer 0 would save more, but each frame of it would occupy a narrow line for
 * longer.
 */
export const TEMPORAL_LAYERS = [
  { bits: 0.45, frames: 0.25 },
  { bits: 0.65, frames: 0.5 },
  { bits: 1, frames: 1 },
] as const;
