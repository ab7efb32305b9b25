import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bitrateText } from '../../../client/live/bitrate-text.ts';
import { isLimitedByLine, LimitSign, limitWords } from '../../../client/live/limit-sign.ts';
import type { ConsumerFigures } from '../../../server/wire/viewer-figures.ts';

type Facts = Pick<ConsumerFigures, 'limitedBy' | 'rung' | 'layers'>;
const SMALL: Facts = { limitedBy: 'line', rung: 'small', layers: 3 };

const pictures: [name: string, facts: Facts, videoWidth: number, shownWidth: number, isLimited: boolean][] = [
  ['a small picture in a large element', SMALL, 320, 640, true],
  ['a small picture in a small element', SMALL, 320, 320, false],
  ['the whole picture of a small camera', { ...SMALL, rung: 'full' }, 320, 1280, false],
  ['fewer pictures a second', { limitedBy: 'line', rung: 'full', layers: 2 }, 640, 640, true],
  ['a size that the element needs no larger', { ...SMALL, limitedBy: 'size' }, 320, 640, false],
  ["the viewer's own data saver", { limitedBy: 'quality', rung: 'tiny', layers: 1 }, 160, 640, false],
  ['everything', { limitedBy: null, rung: 'full', layers: 3 }, 640, 640, false],
  ['a paused camera', { limitedBy: 'line', rung: null, layers: null }, 640, 640, false],
];
for (const [name, facts, videoWidth, shownWidth, isLimited] of pictures) {
  test(`${name} is ${isLimited ? '' : 'not '}limited by the line`, () => {
    assert.equal(isLimitedByLine(facts, videoWidth, shownWidth), isLimited);
  });
}

/** @returns the seconds at which the sign appears or leaves */
function changes(isLimited: (second: number) => boolean, seconds: number): number[] {
  const sign = new LimitSign();
  let isShown = false;
  const at: number[] = [];
  for (let half = 0; half < 2 * seconds; half++) {
    const second = half / 2;
    if (sign.update(isLimited(second), second * 1000) !== isShown) {
      isShown = !isShown;
      at.push(second);
    }
  }
  return at;
}

test('the sign appears after 3 s of limit and leaves after 5 s without', () => {
  assert.deepEqual(
    changes((second) => second >= 10 && second < 20, 60),
    [13, 25],
  );
});

test('a limit that comes and goes neither brings the sign nor takes it away', () => {
  assert.deepEqual(
    changes((second) => second % 4 < 2, 60),
    [],
  );
  assert.deepEqual(
    changes((second) => second < 5 || second % 4 < 2, 60),
    [3],
  );
});

test('the sign says what the line carries and what to do', () => {
  assert.deepEqual(limitWords(298_400), {
    short: 'Slow connection',
    sentence: 'Your connection carries 300 kbit/s: move closer to the Wi-Fi or lower the quality',
  });
  assert.match(limitWords(null).sentence, /^Your connection is slow: /);
});

for (const [bps, text] of [
  [0, '0 kbit/s'],
  [41_700, '42 kbit/s'],
  [298_400, '300 kbit/s'],
  [999_400, '1000 kbit/s'],
  [999_500, '1.0 Mbit/s'],
  [1_240_000, '1.2 Mbit/s'],
] as const) {
  test(`${bps} bits per second are ${text}`, () => assert.equal(bitrateText(bps), text));
}
