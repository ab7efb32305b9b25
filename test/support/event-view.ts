import type { EventView } from '../../server/wire/event.ts';

/** An open event of motion at cam_1, with what a test cares about. */
export function eventView(change: Partial<EventView> = {}): EventView {
  return {
    id: 'evt_1',
    cameraId: 'cam_1',
    source: 'motion',
    sourceName: '',
    kind: 'motion',
    label: '',
    startedAtMs: 1_800_000_000_000,
    endedAtMs: null,
    zones: [],
    score: null,
    thumbnail: false,
    thumbnailVersion: 0,
    ...change,
  };
}
