import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isWantedDetection } from '../../../server/core/outbound/detection-rules.ts';
import { isRecordedFor } from '../../../server/core/recording/recorded-events.ts';
import type { DetectionRule } from '../../../server/wire/notification.ts';
import { EVENT_KIND, type EventKind } from '../../../server/wire/event.ts';
import { RECORDED_KIND } from '../../../server/wire/recording.ts';

const NIGHT = { days: [0, 1, 2, 3, 4, 5, 6], from: '22:00', to: '06:00' };
const PERSON_AT_NIGHT: DetectionRule = { label: 'person', cameraIds: ['door'], hours: [NIGHT] };
const ANY_DOG: DetectionRule = { label: 'dog', cameraIds: [], hours: [] };
const detection = (label: string, cameraId = 'door') => ({ kind: 'detection' as EventKind, label, cameraId });
const at = (hour: number) => ({ day: 2, minute: hour * 60 });

test('a person at the front door at night is notified, and nothing else', () => {
  const rules = [PERSON_AT_NIGHT];
  assert.ok(isWantedDetection(rules, detection('person'), at(23)));
  assert.ok(isWantedDetection(rules, detection('person'), at(2)));
  assert.ok(!isWantedDetection(rules, detection('person'), at(12)));
  assert.ok(!isWantedDetection(rules, detection('person', 'yard'), at(23)));
  assert.ok(!isWantedDetection(rules, detection('cat'), at(23)));
});

test('one rule is enough, without rules everything is, and rules are about detections alone', () => {
  const rules = [PERSON_AT_NIGHT, ANY_DOG];
  assert.ok(isWantedDetection(rules, detection('dog', 'yard'), at(12)));
  assert.ok(isWantedDetection([], detection('cat'), at(12)));
  assert.ok(isWantedDetection(rules, { kind: 'motion', label: '', cameraId: 'yard' }, at(12)));
});

test('a camera is recorded for the kinds and labels of its settings', () => {
  const everything = { eventKinds: [...RECORDED_KIND.options], labels: [] };
  assert.deepEqual(
    EVENT_KIND.options.filter((kind) => isRecordedFor(everything, { kind, label: '' })),
    ['motion', 'detection'],
    'of a camera that is away or switched off there is nothing to record',
  );
  const people = { eventKinds: ['detection' as const], labels: ['person'] };
  assert.ok(isRecordedFor(people, { kind: 'detection', label: 'person' }));
  assert.ok(!isRecordedFor(people, { kind: 'detection', label: 'cat' }));
  assert.ok(!isRecordedFor(people, { kind: 'motion', label: '' }));
});
