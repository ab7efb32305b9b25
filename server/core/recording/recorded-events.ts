/** Decides which events start a recording in the mode `events`. */

import type { EventView } from '../../wire/event.ts';
import type { RecordingSettings } from '../../wire/recording.ts';

export function isRecordedFor(
  { eventKinds, labels }: Pick<RecordingSettings, 'eventKinds' | 'labels'>,
  { kind, label }: Pick<EventView, 'kind' | 'label'>,
): boolean {
  if (!eventKinds.some((each) => each === kind)) return false;
  return kind !== 'detection' || labels.length === 0 || labels.includes(label);
}
