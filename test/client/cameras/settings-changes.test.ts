import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '../../../client/http/api-error.ts';
import { SettingsChanges } from '../../../client/cameras/settings-changes.ts';
import type { CameraSettings } from '../../../server/wire/camera-settings.ts';

/** A camera that answers when the test says so. */
class SlowCamera {
  readonly asked: CameraSettings[] = [];
  readonly #answers: PromiseWithResolvers<void>[] = [];
  readonly changes = new SettingsChanges({ brightness: 1 }, (settings) => {
    this.asked.push(settings);
    const answer = Promise.withResolvers<void>();
    this.#answers.push(answer);
    return answer.promise;
  });

  async applies(): Promise<void> {
    this.#answers.shift()?.resolve();
    await new Promise(setImmediate);
  }

  async rejects(reason: string): Promise<void> {
    this.#answers.shift()?.reject(new ApiError('cameraRejected', reason, 502));
    await new Promise(setImmediate);
  }
}

test('a dragged slider sends its first value and then only the newest', async () => {
  const camera = new SlowCamera();
  for (let flash = 1; flash <= 50; flash++) camera.changes.ask('flash', { flash });
  assert.equal(camera.changes.values.flash, 50);
  await camera.applies();
  assert.deepEqual(camera.changes.answerTo('flash'), { state: 'sending' });
  await camera.applies();
  assert.deepEqual(camera.asked, [{ flash: 1 }, { flash: 50 }]);
  assert.deepEqual(camera.changes.answerTo('flash'), { state: 'applied' });
});

test('each setting is answered separately', async () => {
  const camera = new SlowCamera();
  camera.changes.ask('vFlip', { vFlip: true });
  camera.changes.ask('flash', { flash: 9 });
  await camera.rejects('the sensor is glued in');
  await camera.applies();
  assert.deepEqual(camera.changes.answerTo('vFlip'), {
    state: 'rejected',
    reason: 'The sensor is glued in',
  });
  assert.deepEqual(camera.changes.answerTo('flash'), { state: 'applied' });
  assert.equal(camera.changes.answerTo('contrast'), undefined);
});

test('a refused value is reset to the former one', async () => {
  const camera = new SlowCamera();
  camera.changes.ask('brightness', { brightness: 2 });
  camera.changes.ask('contrast', { contrast: 2 });
  assert.equal(camera.changes.values.brightness, 2);
  await camera.rejects('no');
  await camera.rejects('no');
  assert.deepEqual(camera.changes.values, { brightness: 1 });
});

test('a refusal after a newer accepted value does not affect the newer one', async () => {
  const camera = new SlowCamera();
  camera.changes.ask('brightness', { brightness: 2 });
  camera.changes.ask('brightness', { brightness: -1 });
  await camera.rejects('too bright');
  assert.equal(camera.changes.values.brightness, -1);
  assert.deepEqual(camera.changes.answerTo('brightness'), { state: 'sending' });
  await camera.applies();
  assert.deepEqual(camera.changes.values, { brightness: -1 });
});
