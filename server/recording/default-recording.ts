import { RECORDED_KIND, type RecordingSettings } from '../wire/recording.ts';

/** Settings of a camera that nobody has set up yet: nothing is recorded, and the other values suit a door. */
export const DEFAULT_RECORDING: RecordingSettings = {
  mode: 'off',
  schedule: [],
  preRollSeconds: 10,
  postRollSeconds: 10,
  fps: 10,
  bitrateBps: 600_000,
  quotaBytes: null,
  protectEvents: false,
  eventKinds: [...RECORDED_KIND.options],
  labels: [],
};
