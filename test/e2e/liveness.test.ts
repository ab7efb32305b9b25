/** How a page shows cameras that stall, hang, send nothing or never connected, in Chromium and in Firefox. */

import assert from 'node:assert/strict';
import { after, test, type TestContext } from 'node:test';
import { DEFAULT_RECORDING } from '../../server/recording/default-recording.ts';
import type { RecordedSegment, Timeline } from '../../server/wire/recording.ts';
import { TestBrowser } from '../support/browser.ts';
import { findFirefox, Firefox, hasFirefox } from '../support/firefox.ts';
import { ScriptedCamera } from '../support/scripted-camera.ts';
import { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';

// Its installation takes a while in which no camera could answer.
findFirefox();
const server = await ServerProcess.start();
const admin = await server.admin();
const porch = await admin.addCamera('Porch');
const hanging = await admin.addCamera('Hanging');
const silent = await admin.addCamera('Silent');
const absent = await admin.addCamera('Absent');
const slow = await admin.addCamera('Slow');
const [porchCamera, hangingCamera, silentCamera] = await Promise.all(
  [porch, hanging, silent].map((camera) => ScriptedCamera.connect(server.cameraUrl, camera)),
);
assert.ok(porchCamera && hangingCamera && silentCamera);
const cameras = [porchCamera, hangingCamera, silentCamera];
after(async () => {
  for (const camera of cameras) camera.close();
  await server.stop();
});

/** A page in either browser. */
interface Page {
  goto(path: string): Promise<void>;
  /** @returns undefined while it is not shown */
  textOf(testId: string): Promise<string | undefined>;
  /** The text on the badge of the one camera on the page. */
  status(): Promise<string | undefined>;
  /** Pixels of the picture in the video; 0: black. */
  pictureWidth(): Promise<number>;
}

function untilSays(page: Page, testId: string, expected: RegExp): Promise<unknown> {
  return until(`${testId} says ${expected}`, async () => expected.test((await page.textOf(testId)) ?? ''));
}

const seconds = (text = ''): number => Number(/^(\d+) s old$/.exec(text)?.[1] ?? NaN);

async function look(page: Page): Promise<void> {
  porchCamera?.play();
  hangingCamera?.freeze();
  await page.goto(`/camera/${porch.id}`);
  await untilSays(page, 'camera-status', /^Live$/);
  assert.equal(await page.textOf('camera-age'), undefined);

  porchCamera?.pause();
  await untilSays(page, 'camera-status', /^Stalled: no new picture for \d+ s$/);
  await until('its age is shown', async () => seconds(await page.textOf('camera-age')) >= 2);
  // Each join encodes the old picture again, for all viewers.
  await page.goto(`/camera/${porch.id}`);
  await until('the old picture is shown', async () => (await page.pictureWidth()) === 320);
  for (const endMs = performance.now() + 1_500; performance.now() < endMs;)
    assert.equal((await page.status()) ?? 'connecting', 'stalled', 'an old picture is no life');
  const age = seconds(await page.textOf('camera-age'));
  await until('it grows older', async () => seconds(await page.textOf('camera-age')) > age);
  porchCamera?.play();
  await untilSays(page, 'camera-status', /^Live$/);

  await page.goto(`/camera/${silent.id}`);
  await untilSays(page, 'camera-status', /^Stalled: no picture yet$/);
  assert.equal(await page.textOf('camera-age'), undefined);
  await page.goto(`/camera/${absent.id}`);
  await untilSays(page, 'camera-status', /^Never connected$/);

  await page.goto(`/camera/${hanging.id}`);
  await untilSays(page, 'camera-status', /^Stalled: no new picture for \d+ s$/);
  await untilSays(page, 'advice', /keeps sending the same picture/);
  await until('its age is shown', async () => seconds(await page.textOf('camera-age')) >= 10);
  hangingCamera?.play();
  await untilSays(page, 'camera-status', /^Live$/);
}

/** Three pictures, two seconds apart. @returns the segment of them */
async function recordSlowly(): Promise<RecordedSegment> {
  const recording = `/cameras/${slow.id}/recording`;
  await admin.request('PUT', recording, { ...DEFAULT_RECORDING, mode: 'continuous' });
  await using camera = await ScriptedCamera.connect(server.cameraUrl, slow, { frameIntervalMs: 2_000 });
  const segment = async (): Promise<RecordedSegment | undefined> => {
    const range = `from=${Date.now() - 600_000}&to=${Date.now() + 60_000}`;
    const { segments } = await admin.request<Timeline>('GET', `/cameras/${slow.id}/timeline?${range}`);
    return segments[0];
  };
  for (const lengthMs of [0, 2_000, 4_000]) {
    await until('the picture before has lasted', async () => {
      const recorded = await segment();
      return lengthMs === 0 || (recorded && recorded.endMs - recorded.startMs >= lengthMs);
    });
    camera.send();
  }
  await until('the last one has, too', async () => {
    const recorded = await segment();
    return recorded && recorded.endMs - recorded.startMs >= 6_000;
  });
  await admin.request('PUT', recording, DEFAULT_RECORDING);
  return until('the segment is whole', async () => {
    const recorded = await segment();
    return recorded?.open === false && recorded;
  });
}

test('in Chromium an old picture is never shown as live, and has its age', async () => {
  const recorded = recordSlowly();
  const browser = await TestBrowser.launch();
  const page = await browser.open(server.url);
  await page.signIn('admin', server.password);
  const { page: tab } = page;
  const shown = (testId: string) => tab.locator('vigie-camera-page').getByTestId(testId);
  const read = async <T>(testId: string, from: (element: HTMLElement) => T): Promise<T | undefined> => {
    const [element] = await shown(testId).elementHandles();
    return (element as { evaluate(run: typeof from): Promise<T> } | undefined)?.evaluate(from);
  };
  await look({
    goto: async (path) => void (await tab.goto(server.url + path)),
    textOf: (testId) => read(testId, (element) => element.innerText.trim()),
    status: () => read('camera-status', ({ dataset }) => dataset['status']),
    pictureWidth: async () =>
      (await read('camera-video', (video) => (video as HTMLVideoElement).videoWidth)) ?? 0,
  });
  porchCamera.pause();
  await tab.goto(server.url);
  await page.untilStatus(porch.id, 'stalled');
  await page.untilStatus(hanging.id, 'live');
  await page.untilStatus(silent.id, 'stalled');
  await page.untilStatus(absent.id, 'offline');
  assert.equal(await tab.getByTestId('camera-count').innerText(), '1 of 5 online');

  // Chromium by itself ends the segment with the last picture but one.
  const segment = await recorded;
  await tab.goto(`${server.url}/camera/${slow.id}/recordings/${segment.startMs}`);
  await until('its last picture is played', () =>
    tab
      .getByTestId('recording-video')
      .evaluate(
        ({ currentTime, duration }: HTMLVideoElement) => currentTime > 4.4 && currentTime < duration - 0.2,
      ),
  );
  await browser.close();
  browser.assertNoProblems();
});

test('in Firefox an old picture is never shown as live, and has its age', async (context: TestContext) => {
  if (!hasFirefox(context)) return;
  await using firefox = await Firefox.launch();
  const page = await firefox.open(server.url);
  await page.signIn('admin', server.password);
  await look({
    goto: (path) => page.goto(server.url + path),
    textOf: async (testId) => ((await page.isShown(testId)) ? (await page.textOf(testId)).trim() : undefined),
    status: async () => {
      for (const status of ['live', 'connecting', 'stalled', 'offline'])
        if (await page.isShown(`[data-testid=camera-status][data-status=${status}]`)) return status;
      return undefined;
    },
    pictureWidth: async () => ((await page.isShown('.has-picture')) ? 320 : 0),
  });
});
