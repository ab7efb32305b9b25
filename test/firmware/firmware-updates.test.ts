import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import type { CameraDevice } from '../../server/core/updates/update-obstacles.ts';
import { VigieError } from '../../server/errors.ts';
import { FirmwareImages } from '../../server/firmware/firmware-images.ts';
import { FirmwareUpdates, type UpdatableCameras } from '../../server/firmware/firmware-updates.ts';
import { createLog } from '../../server/log.ts';
import type { StoredImage } from '../../server/firmware/firmware-store.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { appImage } from '../support/app-image.ts';
import { openInProcessStore, type InProcessStore } from '../support/in-process-store.ts';

type Offer = Parameters<UpdatableCameras['offerUpdate']>[1];

const DEVICE: CameraDevice = {
  firmware: '1.0.0',
  board: 'host',
  target: 'host',
  rolledBackFrom: undefined,
  capabilities: ['ota'],
  secure: true,
};

/** Real folder, real store; cameras controlled by the test. */
class Rig implements UpdatableCameras {
  readonly store: InProcessStore;
  readonly images: FirmwareImages;
  readonly devices = new Map<string, CameraDevice>();
  readonly offers: { cameraId: string; id: number; offer: Offer; answer: PromiseWithResolvers<void> }[] = [];
  updates: FirmwareUpdates;
  nowMs = 1_000_000;
  readonly #changes: string[] = [];

  static async start(context: TestContext): Promise<{ rig: Rig; image: StoredImage; cameraId: string }> {
    const rig = new Rig(temporaryFolder(context));
    context.after(async () => {
      rig.updates.close();
      await rig.store.close();
    });
    const image = await rig.upload('1.1.0');
    return { rig, image, cameraId: (await rig.store.cameras.add('Door', 'v1', 0)).id };
  }

  private constructor(dataDir: string) {
    this.store = openInProcessStore(dataDir);
    this.images = new FirmwareImages(dataDir, this.store.firmware, createLog('silent'));
    this.updates = this.open();
  }

  /** Like a start of the server. */
  open(): FirmwareUpdates {
    const updates = new FirmwareUpdates({
      images: this.images,
      store: this.store.firmware,
      cameras: this,
      log: createLog('silent'),
      nowMs: () => this.nowMs,
    });
    updates.on('changed', (cameraId) => this.#changes.push(updates.of(cameraId)?.state ?? 'none'));
    return updates;
  }

  async restartServer(): Promise<void> {
    this.updates.close();
    await this.store.idle;
    this.devices.clear();
    this.updates = this.open();
  }

  async upload(version: string): Promise<StoredImage> {
    const file = appImage({ version });
    async function* source(): AsyncGenerator<Buffer> {
      yield file;
    }
    return (await this.images.add(source(), 'anna')).image;
  }

  /** The states reported since the last call, without repetitions. */
  changes(): string[] {
    return this.#changes.splice(0).filter((state, index, all) => state !== all[index - 1]);
  }

  deviceOf(cameraId: string): CameraDevice | undefined {
    return this.devices.get(cameraId);
  }

  offerUpdate(cameraId: string, offer: Offer): { id: number; answered: Promise<void> } {
    const id = this.offers.length + 1;
    const answer = Promise.withResolvers<void>();
    this.offers.push({ cameraId, id, offer, answer });
    return { id, answered: answer.promise };
  }

  connect(cameraId: string, device: Partial<CameraDevice> = {}): void {
    this.devices.set(cameraId, { ...DEVICE, ...device });
    this.updates.onConnected(cameraId);
  }

  disconnect(cameraId: string): void {
    this.devices.delete(cameraId);
    this.updates.onOffline(cameraId);
  }

  /** The newest offer. */
  get offer() {
    const offer = this.offers.at(-1);
    assert.ok(offer, 'an offer was made');
    return offer;
  }

  async accept(): Promise<void> {
    this.offer.answer.resolve();
    await settled();
  }
}

/** Everything decided so far is done. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

test('a connected camera is offered the update at once, with everything needed to check it', async (context) => {
  const { rig, image, cameraId } = await Rig.start(context);
  rig.connect(cameraId);
  await rig.updates.stage(cameraId, image.id, false);
  const { token, ...rest } = rig.offer.offer;
  assert.deepEqual(rest, {
    version: '1.1.0',
    url: `/firmware/${image.id}`,
    bytes: image.bytes,
    sha256: image.sha256,
  });
  assert.match(token, /^[\w-]{43}$/);
  await rig.accept();
  rig.updates.onProgress(cameraId, { id: 1, receivedBytes: 1500 });
  assert.equal(rig.updates.of(cameraId)?.receivedBytes, 1500);
  rig.updates.onResult(cameraId, { type: 'otaResult', id: 1, ok: true });
  rig.disconnect(cameraId);
  rig.connect(cameraId, { firmware: '1.1.0' });
  assert.deepEqual(rig.changes(), ['none', 'staged', 'offered', 'downloading', 'restarting', 'done']);
  assert.equal(rig.offers.length, 1);
});

test('a camera that is offline is offered the update when it connects, also after a restart of the server', async (context) => {
  const { rig, image, cameraId } = await Rig.start(context);
  await rig.updates.stage(cameraId, image.id, false);
  assert.deepEqual([rig.updates.of(cameraId)?.state, rig.offers.length], ['staged', 0]);
  await rig.restartServer();
  rig.connect(cameraId);
  assert.equal(rig.updates.of(cameraId)?.state, 'offered');
  assert.equal(rig.offer.cameraId, cameraId);
});

test('a restart of the server in the middle starts the update again with a new token', async (context) => {
  const { rig, image, cameraId } = await Rig.start(context);
  rig.connect(cameraId);
  await rig.updates.stage(cameraId, image.id, false);
  await rig.accept();
  const { token } = rig.offer.offer;
  await rig.restartServer();
  assert.equal(rig.updates.of(cameraId)?.state, 'staged');
  assert.throws(() => rig.updates.download(image.id, token), { code: 'unauthorized' });
  rig.connect(cameraId);
  assert.equal(rig.offers.length, 2);
  assert.notEqual(rig.offer.offer.token, token);
  assert.equal(rig.updates.download(image.id, rig.offer.offer.token).image.id, image.id);
});

test('a restart of the server while the camera restarts loses nothing', async (context) => {
  const { rig, image, cameraId } = await Rig.start(context);
  rig.connect(cameraId);
  await rig.updates.stage(cameraId, image.id, false);
  await rig.accept();
  rig.updates.onResult(cameraId, { type: 'otaResult', id: 1, ok: true });
  await rig.restartServer();
  assert.equal(rig.updates.of(cameraId)?.state, 'restarting');
  rig.connect(cameraId, { rolledBackFrom: '1.1.0' });
  assert.equal(rig.updates.of(cameraId)?.state, 'rolledBack');
});

suite('an impossible update is refused before it is staged', () => {
  const refused: [name: string, device: Partial<CameraDevice>, reason: RegExp][] = [
    ['a camera connected by ws:', { secure: false }, /connects by ws:/],
    ['a camera that takes no updates', { capabilities: [] }, /takes no updates over the air/],
    ['a camera with another chip', { target: 'esp32' }, /is for host/],
    ['a camera that runs it already', { firmware: '1.1.0' }, /is the same/],
    ['a camera that runs a newer one', { firmware: '1.1.1' }, /not newer/],
  ];
  for (const [name, device, message] of refused) {
    test(name, async (context) => {
      const { rig, image, cameraId } = await Rig.start(context);
      rig.connect(cameraId, device);
      await assert.rejects(rig.updates.stage(cameraId, image.id, false), { code: 'conflict', message });
      assert.deepEqual([rig.updates.of(cameraId), rig.offers.length], [undefined, 0]);
    });
  }

  test('an unknown image is refused', async (context) => {
    const { rig, cameraId } = await Rig.start(context);
    await assert.rejects(rig.updates.stage(cameraId, 'fw_none', false), { code: 'notFound' });
  });

  test('another update while one is under way is refused', async (context) => {
    const { rig, image, cameraId } = await Rig.start(context);
    rig.connect(cameraId);
    await rig.updates.stage(cameraId, image.id, false);
    await assert.rejects(rig.updates.stage(cameraId, image.id, true), {
      code: 'conflict',
      message: /1.1.0 is under way/,
    });
    assert.equal(rig.offers.length, 1);
  });
});

test('an older version is offered when the administrator insists, and the offer says so', async (context) => {
  const { rig, image, cameraId } = await Rig.start(context);
  rig.connect(cameraId, { firmware: '2.0.0' });
  await rig.updates.stage(cameraId, image.id, true);
  assert.equal(rig.offer.offer.allowOlder, true);
});

test('a camera that reconnects by ws: is offered nothing, and the update shows the obstacle', async (context) => {
  const { rig, image, cameraId } = await Rig.start(context);
  await rig.updates.stage(cameraId, image.id, false);
  rig.connect(cameraId, { secure: false });
  assert.equal(rig.offers.length, 0);
  assert.equal(rig.updates.of(cameraId)?.state, 'staged');
  assert.match(rig.updates.of(cameraId)?.reason ?? '', /connects by ws:/);
  rig.disconnect(cameraId);
  assert.equal(rig.updates.of(cameraId)?.reason, null);
  rig.connect(cameraId);
  assert.equal(rig.updates.of(cameraId)?.state, 'offered');
});

test('a camera updated by cable meanwhile is not downgraded to the staged version', async (context) => {
  const { rig, image, cameraId } = await Rig.start(context);
  await rig.updates.stage(cameraId, image.id, false);
  rig.connect(cameraId, { firmware: '3.0.0' });
  assert.deepEqual([rig.updates.of(cameraId)?.state, rig.offers.length], ['failed', 0]);
});

test("the camera's refusal is shown to the administrator", async (context) => {
  const { rig, image, cameraId } = await Rig.start(context);
  rig.connect(cameraId);
  await rig.updates.stage(cameraId, image.id, false);
  rig.offer.answer.reject(new VigieError('cameraRejected', 'an update is under way'));
  await settled();
  const { state, reason } = rig.updates.of(cameraId) ?? {};
  assert.deepEqual([state, reason], ['failed', 'an update is under way']);
});

test('a download interrupted three times with the connection is given up', async (context) => {
  const { rig, image, cameraId } = await Rig.start(context);
  rig.connect(cameraId);
  await rig.updates.stage(cameraId, image.id, false);
  for (let time = 1; time <= 3; time++) {
    assert.equal(rig.offers.length, time);
    await rig.accept();
    rig.disconnect(cameraId);
    rig.connect(cameraId);
  }
  assert.equal(rig.offers.length, 3);
  assert.match(rig.updates.of(cameraId)?.reason ?? '', /lost 3 times/);
});

test('reports about an offer of an earlier connection are ignored', async (context) => {
  const { rig, image, cameraId } = await Rig.start(context);
  rig.connect(cameraId);
  await rig.updates.stage(cameraId, image.id, false);
  rig.connect(cameraId);
  assert.equal(rig.offer.id, 2);
  rig.offers[0]?.answer.reject(new VigieError('cameraOffline', 'gone'));
  await settled();
  rig.updates.onProgress(cameraId, { id: 1, receivedBytes: 1 });
  rig.updates.onResult(cameraId, { type: 'otaResult', id: 1, ok: false, reason: 'late' });
  assert.equal(rig.updates.of(cameraId)?.state, 'offered');
});

suite('the token of an offer', () => {
  test('works for one download, and ends with the update', async (context) => {
    const { rig, image, cameraId } = await Rig.start(context);
    const other = await rig.upload('1.2.0');
    rig.connect(cameraId);
    await rig.updates.stage(cameraId, image.id, false);
    const { token } = rig.offer.offer;
    assert.throws(() => rig.updates.download(other.id, token), { code: 'unauthorized' });
    assert.equal(rig.updates.download(image.id, token).path, rig.images.pathOf(image));
    assert.throws(() => rig.updates.download(image.id, token), { code: 'unauthorized' });
  });

  test('ends with a cancelled update, and a download under way is aborted', async (context) => {
    const { rig, image, cameraId } = await Rig.start(context);
    rig.connect(cameraId);
    await rig.updates.stage(cameraId, image.id, false);
    const { signal } = rig.updates.download(image.id, rig.offer.offer.token);
    rig.updates.cancel(cameraId);
    assert.equal(signal.aborted, true);
    assert.match(rig.updates.of(cameraId)?.reason ?? '', /cancelled/);
    await rig.updates.stage(cameraId, image.id, false);
    rig.updates.cancel(cameraId);
    assert.throws(() => rig.updates.download(image.id, rig.offer.offer.token), { code: 'unauthorized' });
  });
});

suite('cancelling', () => {
  test('removes a waiting update, and clears an ended one', async (context) => {
    const { rig, image, cameraId } = await Rig.start(context);
    await rig.updates.stage(cameraId, image.id, false);
    rig.updates.cancel(cameraId);
    assert.equal(rig.updates.of(cameraId), undefined);
    rig.updates.cancel(cameraId);
    await rig.restartServer();
    assert.equal(rig.updates.of(cameraId), undefined);
  });

  test('is refused when the camera has the whole image', async (context) => {
    const { rig, image, cameraId } = await Rig.start(context);
    rig.connect(cameraId);
    await rig.updates.stage(cameraId, image.id, false);
    rig.updates.onResult(cameraId, { type: 'otaResult', id: 1, ok: true });
    assert.throws(() => rig.updates.cancel(cameraId), { code: 'conflict', message: /too late/ });
  });
});

test('an image with a waiting update cannot be removed; afterwards it can, and its updates stay listed', async (context) => {
  const { rig, image, cameraId } = await Rig.start(context);
  await rig.updates.stage(cameraId, image.id, false);
  await assert.rejects(rig.updates.removeImage(image.id), { code: 'conflict' });
  rig.connect(cameraId);
  rig.updates.onResult(cameraId, { type: 'otaResult', id: 1, ok: false, reason: 'hash is wrong' });
  await rig.updates.removeImage(image.id);
  const facts = () => {
    const { imageId, version, reason } = rig.updates.of(cameraId) ?? {};
    return [imageId, version, reason];
  };
  assert.deepEqual(facts(), [null, '1.1.0', 'hash is wrong']);
  await rig.restartServer();
  assert.deepEqual(facts(), [null, '1.1.0', 'hash is wrong']);
});

test('a deadline ends an update without a request', async (context) => {
  const { rig, image, cameraId } = await Rig.start(context);
  rig.connect(cameraId);
  await rig.updates.stage(cameraId, image.id, false);
  await rig.accept();
  rig.nowMs += 60_000;
  rig.updates.checkTime();
  assert.match(rig.updates.of(cameraId)?.reason ?? '', /no progress/);
});

test('removing a camera removes its update', async (context) => {
  const { rig, image, cameraId } = await Rig.start(context);
  await rig.updates.stage(cameraId, image.id, false);
  await rig.store.cameras.remove(cameraId, 0);
  rig.updates.removeCamera(cameraId);
  assert.equal(rig.updates.of(cameraId), undefined);
  assert.equal(rig.store.firmware.updates().size, 0);
});

test('a failing store loses only the record', async (context) => {
  const { rig, image, cameraId } = await Rig.start(context);
  rig.connect(cameraId);
  await rig.updates.stage(cameraId, image.id, false);
  await rig.store.close();
  await rig.accept();
  rig.updates.onResult(cameraId, { type: 'otaResult', id: 1, ok: true });
  assert.equal(rig.updates.of(cameraId)?.state, 'restarting');
});

test('an update that cannot be stored is not staged', async (context) => {
  const { rig, image, cameraId } = await Rig.start(context);
  const full = Object.assign(new Error('database or disk is full'), { errcode: 13 });
  context.mock.method(rig.store.firmware, 'putUpdate', () => {
    throw full;
  });
  rig.connect(cameraId);
  await assert.rejects(rig.updates.stage(cameraId, image.id, false), full);
  assert.deepEqual([rig.updates.of(cameraId), rig.offers.length], [undefined, 0]);
});
