import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { DEFAULT_RECORDING } from '../../server/recording/default-recording.ts';
import type { CameraView } from '../../server/wire/camera.ts';
import type { RecordedSegment, Timeline } from '../../server/wire/recording.ts';
import { TestBrowser } from '../support/browser.ts';
import { FULL_RATE, startCamera } from '../support/camera-process.ts';
import { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';

const FRAME_MS = 100;
const server = await ServerProcess.start();
const admin = await server.admin();
const [door, yard] = [await admin.addCamera('Door'), await admin.addCamera('Yard')];
await admin.addCamera('Shed');
await admin.addViewer('anna', 'a password of her own', [door.id, yard.id]);
const devices = [door, yard].map((camera) => startCamera(server.cameraUrl, camera, FULL_RATE));
const browser = await TestBrowser.launch();
const { page, signIn } = await opened();
after(async () => {
  await browser.close();
  await Promise.all(devices.map((device) => device.stop()));
  await server.stop();
  browser.assertNoProblems();
});

async function opened() {
  const opening = await browser.open(server.url);
  return { page: opening.page, signIn: () => opening.signIn('anna', 'a password of her own') };
}

async function segments({ id }: Pick<CameraView, 'id'>): Promise<RecordedSegment[]> {
  const range = `from=${Date.now() - 600_000}&to=${Date.now() + 60_000}`;
  return (await admin.request<Timeline>('GET', `/cameras/${id}/timeline?${range}`)).segments;
}

const record = ({ id }: Pick<CameraView, 'id'>, mode: 'continuous' | 'off'): Promise<unknown> =>
  admin.request('PUT', `/cameras/${id}/recording`, { ...DEFAULT_RECORDING, mode, fps: 1000 / FRAME_MS });

/** Time codes of both pictures at one instant, ms modulo some hours; undefined without a picture. */
async function shownMs(): Promise<(number | undefined)[]> {
  const codes = await page.evaluate(() =>
    [
      ...(document.querySelector('vigie-app')?.shadowRoot?.querySelectorAll('vigie-look-back-page') ?? []),
    ].flatMap((look) =>
      [...(look.shadowRoot?.querySelectorAll('vigie-step-player') ?? [])].map((player) => {
        const video = player.shadowRoot?.querySelector<HTMLVideoElement>('video.shown');
        return video ? window.readTimeCodeOf(video, video.videoWidth, video.videoHeight) : undefined;
      }),
    ),
  );
  return codes.map((code) => (code === undefined ? undefined : code / 10));
}

/** Signed, across the wrap of 2^32 units of 100 µs. */
function afterMs(shown: number | undefined, momentMs: number): number {
  if (shown === undefined) return Number.NaN;
  const wrap = 2 ** 32 / 10;
  const difference = (((shown - momentMs) % wrap) + wrap) % wrap;
  return difference > wrap / 2 ? difference - wrap : difference;
}

async function seek(ms: number): Promise<void> {
  await page
    .locator('vigie-timeline')
    .first()
    .evaluate(
      (element, at) => element.dispatchEvent(new CustomEvent('vigie-seek', { detail: { ms: at } })),
      ms,
    );
}

test('two cameras play together and stay in step', async () => {
  await record(door, 'continuous');
  await record(yard, 'continuous');
  await until('eight seconds of both are recorded', async () => {
    const [ofDoor, ofYard] = [(await segments(door))[0], (await segments(yard))[0]];
    return ofDoor && ofYard && ofYard.endMs - ofYard.startMs > 8_000 && ofDoor.endMs - ofDoor.startMs > 8_000;
  });
  await record(door, 'off');
  // The yard is recorded a little longer.
  await until('more of the yard is recorded', async () => {
    const [[ofDoor], [ofYard]] = [await segments(door), await segments(yard)];
    return ofDoor && ofYard && ofYard.endMs - ofDoor.endMs > 2_500;
  });
  await record(yard, 'off');
  await until('both are whole', async () =>
    [...(await segments(door)), ...(await segments(yard))].every(({ open }) => !open),
  );
  await signIn();
  await page.getByRole('link', { name: 'Recordings', exact: true }).click();
  await until(
    'both are on their rows',
    async () => (await page.locator('vigie-timeline rect.segment').count()) === 2,
  );
  assert.equal(await page.getByTestId('choose-camera').count(), 2, 'and no camera that is not hers');

  const [[ofDoor], [ofYard]] = [await segments(door), await segments(yard)];
  assert.ok(ofDoor && ofYard);
  const startMs = Math.max(ofDoor.startMs, ofYard.startMs) + 1_000;
  await seek(startMs);
  const first = await until('both play', async () => {
    const shown = await shownMs();
    return shown.length === 2 && shown.every((ms) => afterMs(ms, startMs) > 500) && shown;
  });
  let [samples, apart] = [0, 0];
  await until('three seconds have played', async () => {
    const [one, two] = await shownMs();
    if (one !== undefined && two !== undefined) {
      samples++;
      apart = Math.max(apart, Math.abs(afterMs(one, two)));
    }
    return afterMs(one, first[0] ?? 0) > 3_000;
  });
  // Each shows the newest picture before the moment, up to a frame old, and its clock is exact to a frame.
  assert.ok(samples > 10 && apart <= 3 * FRAME_MS, `${samples} looks, up to ${apart} ms apart`);

  await page.getByTestId('play').click();
  const stillMs = startMs + 2_500;
  await seek(stillMs);
  await page.getByTestId('play').click();
  await until('both stand', async () => {
    const before = await shownMs();
    const [one, two] = await shownMs();
    return one !== undefined && one === before[0] && two === before[1];
  });
  const [one, two] = await shownMs();
  assert.ok(Math.abs(afterMs(one, two ?? 0)) <= 2 * FRAME_MS, `${one} and ${two}`);
});

test('a camera without a recording at the moment says so, while the others continue', async () => {
  const [ofDoor] = await segments(door);
  assert.ok(ofDoor);
  await seek(ofDoor.endMs - 500);
  await page.getByText('No recording', { exact: true }).waitFor();
  const [, yardShows] = await shownMs();
  await until('the yard goes on', async () => afterMs((await shownMs())[1], yardShows ?? 0) > 300);
  await page.getByTestId('choose-camera').filter({ hasText: 'Door' }).click();
  await until('the yard stands alone', async () => (await page.locator('vigie-timeline').count()) === 1);
  await page.getByTestId('choose-camera').filter({ hasText: 'Door' }).click();
});

test('playback ends where nothing more is recorded', async () => {
  await page.getByRole('button', { name: 'Play' }).waitFor();
});
