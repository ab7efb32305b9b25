import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { LOST_US, MAX_OBJECTS, ObjectTracks, SCORES } from '../../../server/core/detection/object-tracks.ts';
import type { ObjectZone } from '../../../server/core/detection/tracked-object.ts';
import type { DetectedBox } from '../../../server/wire/detection.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const START_US = 1_000_000_000;
const SECOND_US = 1_000_000;

const person = (x: number, change: Partial<DetectedBox> = {}): DetectedBox => ({
  label: 'person',
  score: 0.7,
  x,
  y: 0.4,
  width: 0.1,
  height: 0.3,
  ...change,
});

/** Reports one picture after the other; captured when they are reported, unless said otherwise. */
function analysed(zones: readonly ObjectZone[] = []) {
  const tracks = new ObjectTracks(START_US);
  const told: string[] = [];
  const note = (changes: ReturnType<ObjectTracks['expire']>): void => {
    for (const { type, object } of changes) told.push(`${type} ${object.label}`);
  };
  return {
    tracks,
    told,
    sees: (atS: number, boxes: readonly DetectedBox[], capturedS = atS) => {
      const captureUs = START_US + capturedS * SECOND_US;
      const { changes, objects } = tracks.report({ boxes, captureUs, zones }, START_US + atS * SECOND_US);
      note(changes);
      return objects;
    },
    looks: (atS: number) => note(tracks.expire(START_US + atS * SECOND_US)),
  };
}

suite('the objects in front of a camera', () => {
  test('one that walks through the picture is one object, from its first to its last sighting', () => {
    const { sees, looks, told } = analysed();
    let object;
    for (let step = 0; step < 20; step++) [object] = sees(step / 2, [person(step * 0.04)]);
    looks(30);
    assert.deepEqual(told, ['started person', 'ended person']);
    assert.equal(object?.startedUs, START_US);
    assert.equal(object?.lastUs, START_US + 9.5 * SECOND_US);
  });

  test('one sighting is not enough, unless the analyser is sure', () => {
    const { sees, looks, told } = analysed();
    assert.deepEqual(sees(0, [person(0.1)]), [undefined]);
    looks(10);
    assert.deepEqual(told, []);
    sees(11, [person(0.1, { score: SCORES.sure })]);
    assert.deepEqual(told, ['started person']);
  });

  test('a low score begins nothing, and keeps what has begun', () => {
    const { sees, looks, told } = analysed();
    for (let atS = 0; atS < 4; atS++) sees(atS, [person(0.1, { score: 0.4 })]);
    assert.deepEqual(told, []);
    sees(4, [person(0.1)]);
    sees(5, [person(0.1)]);
    for (let atS = 6; atS < 20; atS++) {
      sees(atS, [person(0.1, { score: 0.35 })]);
      looks(atS + 0.5);
    }
    assert.deepEqual(told, ['started person']);
    for (let atS = 20; atS < 27; atS++) sees(atS, [person(0.1, { score: SCORES.keep - 0.01 })]);
    assert.deepEqual(told, ['started person', 'ended person']);
  });

  test('a gap shorter than the limit is the same object, and a longer one another', () => {
    for (const [gapS, objects] of [
      [LOST_US / SECOND_US - 0.5, 1],
      [LOST_US / SECOND_US + 0.5, 2],
    ] as const) {
      const { sees, told } = analysed();
      sees(0, [person(0.1)]);
      sees(1, [person(0.1)]);
      sees(1 + gapS, [person(0.1)]);
      sees(1.5 + gapS, [person(0.1)]);
      assert.equal(told.filter((each) => each === 'started person').length, objects, `${gapS} s`);
    }
  });

  test('two that pass each other stay two', () => {
    const { sees, told } = analysed();
    const ids = new Set();
    for (let step = 0; step <= 10; step++)
      for (const each of sees(step / 4, [person(step * 0.08), person(0.8 - step * 0.08, { y: 0.45 })]))
        if (each) ids.add(each);
    assert.equal(ids.size, 2);
    assert.deepEqual(told, ['started person', 'started person']);
  });

  test('two boxes around one object in one report are one object', () => {
    const { sees, told } = analysed();
    for (let atS = 0; atS < 3; atS++) sees(atS, [person(0.1), person(0.11)]);
    assert.deepEqual(told, ['started person']);
  });

  test('an object that two analysers see is one object, whichever reports first', () => {
    const { sees, looks, told } = analysed();
    for (let step = 0; step < 10; step++) {
      sees(step, [person(step * 0.02)]);
      // The second one is slower: its pictures are older when it reports them.
      sees(step + 0.6, [person(step * 0.02 + 0.005)], step + 0.2);
      // It is in none of the third analyser's pictures.
      sees(step + 0.7, []);
    }
    looks(20);
    assert.deepEqual(told, ['started person', 'ended person']);
  });

  test('the label follows the more frequent one, and does not flicker', () => {
    const { sees, told } = analysed();
    sees(0, [person(0.1, { label: 'dog', score: 0.6 })]);
    sees(0.5, [person(0.1, { label: 'dog', score: 0.6 })]);
    for (let step = 2; step < 12; step++)
      sees(step / 2, [person(0.1, { label: step % 2 ? 'dog' : 'cat', score: 0.6 })]);
    assert.deepEqual(told, ['started dog']);
    for (let step = 12; step < 20; step++) sees(step / 2, [person(0.1, { label: 'cat', score: 0.6 })]);
    assert.deepEqual(told, ['started dog', 'changed cat']);
  });

  test('another label at another place is another object', () => {
    const { sees, told } = analysed();
    sees(0, [person(0.1), person(0.2, { label: 'dog', y: 0.6, height: 0.1 })]);
    sees(0.5, [person(0.1), person(0.2, { label: 'dog', y: 0.6, height: 0.1 })]);
    assert.deepEqual(told.toSorted(), ['started dog', 'started person']);
  });

  test('the best score is of the label it has, with the time of that picture', () => {
    const { sees } = analysed();
    sees(0, [person(0.1)]);
    sees(1, [person(0.1, { score: 0.95 })]);
    const [object] = sees(2, [person(0.1, { score: 0.6 })]);
    assert.equal(object?.score, 0.95);
    assert.equal(object?.bestUs, START_US + SECOND_US);
  });

  test('a zone is entered with the feet, and told once', () => {
    const path: ObjectZone = { id: 'path', has: (x, y) => x > 0.4 && y > 0.65 };
    const { sees, told } = analysed([path]);
    sees(0, [person(0.1)]);
    sees(0.5, [person(0.2)]);
    sees(1, [person(0.4)]);
    const [object] = sees(1.5, [person(0.45)]);
    assert.deepEqual(told, ['started person', 'changed person']);
    assert.deepEqual(object?.zoneIds, ['path']);
  });

  test('objects of a camera that is switched off end, and an end is told once', () => {
    const { sees, tracks } = analysed();
    sees(0, [person(0.1, { score: 0.9 })]);
    assert.deepEqual(
      tracks.end().map(({ type }) => type),
      ['ended'],
    );
    assert.deepEqual(tracks.end(), []);
    assert.deepEqual(tracks.expire(START_US + 100 * SECOND_US), []);
  });
});

test('whatever is reported, objects are bounded, and each that starts ends once', () => {
  const { random, label } = seededRandom();
  const tracks = new ObjectTracks(START_US);
  const open = new Set();
  let started = 0;
  const check = (changes: ReturnType<ObjectTracks['expire']>): void => {
    for (const { type, object } of changes) {
      if (type === 'started') {
        assert.ok(!open.has(object), label);
        open.add(object);
        started++;
      } else assert.ok(open.has(object), label);
      if (type === 'ended') open.delete(object);
    }
    assert.ok(tracks.size <= MAX_OBJECTS, label);
  };
  let nowUs = START_US;
  for (let round = 0; round < 400; round++) {
    nowUs += Math.floor(random() * 2 * SECOND_US);
    const boxes = Array.from({ length: Math.floor(random() * 64) }, () => ({
      label: random() < 0.5 ? 'person' : 'dog',
      score: random(),
      x: random(),
      y: random(),
      width: 0.001 + random() * 0.3,
      height: 0.001 + random() * 0.3,
    }));
    const captureUs = nowUs - random() * 10 * SECOND_US;
    const { changes, objects } = tracks.report({ boxes, captureUs, zones: [] }, nowUs);
    check(changes);
    assert.equal(objects.length, boxes.length);
    for (const object of objects)
      if (object) {
        assert.ok(open.has(object), label);
        assert.ok(object.score >= 0 && object.score <= 1 && object.startedUs <= object.lastUs, label);
      }
  }
  assert.ok(started <= 20 + ((nowUs - START_US) / SECOND_US) * 0.5 + 1, `${label}: ${started} started`);
  check(tracks.expire(nowUs + LOST_US));
  assert.equal(open.size, 0, label);
});
