import { RECORDED_KIND, type RecordingSettings } from '../wire/recording.ts';

/** Of a camera nobody has set up yet: nothing is recorded, and what would be suits a door. */
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
