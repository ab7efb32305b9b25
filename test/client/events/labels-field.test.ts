import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseLabels } from '../../../client/events/labels-field.ts';

test('labels are written with commas, and each counts once, in small letters', () => {
  assert.deepEqual(parseLabels(' Person, car ,, person '), ['person', 'car']);
  assert.deepEqual(parseLabels(''), []);
});
