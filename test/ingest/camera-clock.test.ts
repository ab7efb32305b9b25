import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { CameraClock } from '../../server/ingest/camera-clock.ts';

const START_US = 1_800_000_000_000_000;
const WAY_US = 3_000;
const FRAME_US = 100_000;

/** A camera at 10 fps whose clock is whatever the test makes of it; `clockUs` is given true µs since the start. */
function film(clockUs: (trueUs: number) => number, seconds: number) {
  let faults = 0;
  const clock = new CameraClock(() => faults++);
  const dated: { errorUs: number; atUs: number }[] = [];
  let answered: { id: number; t3: number } | undefined;
  for (let frame = 0; frame < seconds * 10; frame++) {
    const trueUs = frame * FRAME_US;
    if (frame % 100 === 0) {
      const id = frame / 100;
      const receivedUs = START_US + trueUs + WAY_US;
      clock.answer(
        { type: 'time', id, t0: clockUs(trueUs), ...(answered && { answered }) },
        receivedUs,
        receivedUs,
      );
      answered = { id, t3: clockUs(trueUs + 2 * WAY_US) };
    }
    const [captureUs, sendUs] = [clockUs(trueUs), clockUs(trueUs + 1_000)];
    const atUs = clock.captureUs({ captureUs, sendUs }, START_US + trueUs + 1_000 + WAY_US);
    dated.push({ errorUs: atUs - START_US - trueUs, atUs });
  }
  return { dated, faults: () => faults };
}

const worstUs = (dated: readonly { errorUs: number }[]): number =>
  Math.max(...dated.map(({ errorUs }) => Math.abs(errorUs)));
const longestHoleUs = (dated: readonly { atUs: number }[]): number =>
  Math.max(...dated.slice(1).map(({ atUs }, index) => atUs - (dated[index]?.atUs ?? 0)));

const HOUR_US = 3_600_000_000;
const BOOTED_US = 50_000_000;

suite('a camera’s clock', () => {
  test('that is right gives the moment each frame was taken', () => {
    const { dated, faults } = film((us) => us + BOOTED_US, 120);
    assert.ok(worstUs(dated.slice(200)) <= 10, `${worstUs(dated.slice(200))} µs`);
    assert.equal(faults(), 0);
  });

  test('with a poor crystal is followed without a word', () => {
    const { dated, faults } = film((us) => Math.round(us * 1.000_5) + BOOTED_US, 600);
    assert.ok(worstUs(dated.slice(200)) < 10_000, `${worstUs(dated.slice(200))} µs`);
    assert.equal(faults(), 0);
  });

  for (const [name, clockUs] of [
    ['is set forward by an hour', (us: number) => us + BOOTED_US + (us > 35_000_000 ? HOUR_US : 0)],
    ['is set back by an hour', (us: number) => us + 2 * HOUR_US - (us > 35_000_000 ? HOUR_US : 0)],
    ['is set back by 300 ms', (us: number) => us + BOOTED_US - (us > 35_000_000 ? 300_000 : 0)],
    ['wraps at 32 bits', (us: number) => (us + 2 ** 32 - 35_000_000) % 2 ** 32],
  ] as const)
    test(`that ${name} costs the moment of arrival at worst, and is believed again`, () => {
      const { dated, faults } = film(clockUs, 120);
      assert.ok(worstUs(dated) <= WAY_US + 1_000, `${worstUs(dated)} µs`);
      assert.ok(longestHoleUs(dated) < 2 * FRAME_US);
      assert.ok(worstUs(dated.slice(800)) <= 10);
      assert.equal(faults(), 1);
    });

  for (const [name, clockUs] of [
    ['stands still', () => BOOTED_US],
    ['is beyond what a number holds', (us: number) => 2 ** 60 + us],
    ['runs backwards', (us: number) => HOUR_US - us],
    ['runs at three times its speed', (us: number) => 3 * us + BOOTED_US],
    ['is set every few seconds', (us: number) => us + BOOTED_US + Math.floor(us / 7_000_000) * HOUR_US],
    ['counts seconds', (us: number) => Math.floor(us / 1_000_000) * 1_000_000 + BOOTED_US],
  ] as const)
    test(`that ${name} is told, and what it says is not believed: frames are dated by their arrival`, () => {
      const { dated, faults } = film(clockUs, 300);
      assert.ok(faults() >= 3, `${faults()} faults`);
      assert.ok(faults() <= 6, `${faults()} faults`);
      assert.ok(worstUs(dated) <= WAY_US + 1_000, `${worstUs(dated)} µs`);
      assert.ok(longestHoleUs(dated) < 2 * FRAME_US, `${longestHoleUs(dated)} µs`);
    });

  test('that runs at half its speed is off by 10 s at most, until its second exchange is complete', () => {
    const { dated, faults } = film((us) => us / 2 + BOOTED_US, 300);
    assert.ok(faults() >= 3, `${faults()} faults`);
    assert.ok(worstUs(dated) <= 10_000_000, `${worstUs(dated)} µs`);
    assert.ok(worstUs(dated.slice(210)) <= WAY_US + 1_000, 'and nothing from then on');
  });

  test('the frames of a camera are dated in their order, none after its arrival', () => {
    const { dated } = film((us) => us + BOOTED_US - Math.floor(us / 4_000_000) * 3_000_000, 120);
    for (const [index, { atUs }] of dated.entries()) {
      assert.ok(atUs > (dated[index - 1]?.atUs ?? 0));
      assert.ok(atUs <= START_US + index * FRAME_US + 1_000 + WAY_US);
    }
  });
});
