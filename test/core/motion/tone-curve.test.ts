import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ToneCurve } from '../../../server/core/motion/tone-curve.ts';
import { wall } from '../../support/synthetic-view.ts';

const background = Float32Array.from(wall());
const rendered = (render: (luma: number) => number): Uint8Array =>
  Uint8Array.from(background, (luma) => Math.min(255, Math.round(render(luma))));

suite('tone curve', () => {
  for (const [name, render] of Object.entries({
    'the same exposure': (luma: number) => luma,
    'twice the gain, clipped at white': (luma: number) => luma * 2,
    'a third of the light': (luma: number) => luma / 3,
    'another gamma': (luma: number) => 255 * (luma / 255) ** 0.7,
    'a raised black level': (luma: number) => luma + 17,
  })) {
    test(`${name} is predicted, within the precision of eight levels`, () => {
      const curve = new ToneCurve();
      curve.fit(background, rendered(render));
      for (const luma of background) {
        const error = Math.abs(curve.apply(luma) - Math.min(255, render(luma)));
        assert.ok(error < 17, `${luma} → ${curve.apply(luma)}, not ${render(luma)}`);
      }
    });
  }

  test('an object that covers a third of the picture does not bend it', () => {
    const picture = rendered((luma) => luma);
    picture.fill(250, 0, picture.length / 3);
    const curve = new ToneCurve();
    curve.fit(background, picture);
    for (const luma of [40, 90, 140, 180]) assert.ok(Math.abs(curve.apply(luma) - luma) < 12, `${luma}`);
  });

  test('its change is zero for the same picture and large for another exposure', () => {
    const curve = new ToneCurve();
    curve.fit(
      background,
      rendered((luma) => luma),
    );
    assert.ok(curve.change < 1);
    curve.fit(
      background,
      rendered((luma) => luma * 1.5),
    );
    assert.ok(curve.change > 20);
  });

  test('a picture of one brightness has a curve for every brightness', () => {
    const curve = new ToneCurve();
    curve.fit(new Float32Array(4800).fill(100), new Uint8Array(4800).fill(110));
    assert.ok(Math.abs(curve.apply(100) - 110) < 2);
    assert.ok(curve.apply(0) >= 0 && curve.apply(255) <= 255);
  });
});
