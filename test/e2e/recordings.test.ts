/** Looking back, as people do: something is recorded, found on the timeline, played, stepped through and taken away. */

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { DEFAULT_RECORDING } from '../../server/recording/default-recording.ts';
import type { EventView } from '../../server/wire/event.ts';
import type { RecordedSegment, Timeline } from '../../server/wire/recording.ts';
import { readWebm } from '../support/read-webm.ts';
import { TestBrowser } from '../support/browser.ts';
import { FULL_RATE, startCamera } from '../support/camera-process.ts';
import { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';

const folder = await mkdtemp(join(tmpdir(), 'vigie-recordings-'));
const server = await ServerProcess.start();
const browser = await TestBrowser.launch();
const admin = await server.admin();
const door = await admin.addCamera('Front door');
const camera = startCamera(server.cameraUrl, door, FULL_RATE);
const page = await browser.open(server.url);
await page.signIn('admin', server.password);
const { page: tab } = page;
const video = tab.getByTestId('recording-video');
after(async () => {
  await browser.close();
  await camera.stop();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
  browser.assertNoProblems(/status of 429/);
});

/** Units of 100 µs modulo 2^32, as the time codes in the pictures count. */
const codeOf = (ms: number): number => Math.round(ms * 10) % 2 ** 32;
const apartMs = (code: number, ms: number): number => Math.abs((code - codeOf(ms)) / 10);

function segments(): Promise<RecordedSegment[]> {
  const range = `from=${Date.now() - 3_600_000}&to=${Date.now() + 60_000}`;
  return admin
    .request<Timeline>('GET', `/cameras/${door.id}/timeline?${range}`)
    .then((timeline) => timeline.segments);
}

function events(): Promise<EventView[]> {
  return admin.request('GET', `/cameras/${door.id}/events`);
}

/** The time code in the player's picture; undefined while it moves to another picture. */
function shownCode(): Promise<number | undefined> {
  return video.evaluate((element: HTMLVideoElement) =>
    element.readyState < 2 || element.seeking
      ? undefined
      : window.readTimeCodeOf(element, element.videoWidth, element.videoHeight),
  );
}

test('an administrator decides in the page what is recorded', async () => {
  tab.setDefaultTimeout(8_000);
  await page.untilStatus(door.id, 'live');
  await page.tile(door.id).click();
  await tab.getByTestId('tab-recordings').click();
  await tab.getByTestId('nothing-recorded').waitFor();
  await tab.getByTestId('recording-settings').click();
  await tab.getByTestId('recording-space').waitFor();
  await tab.getByTestId('recording-mode').click();
  await tab.getByRole('option', { name: 'Continuous' }).click();
  await tab.getByTestId('dialog-submit').click();
  await until('something is recorded', async () => (await segments()).length > 0);
});

test('a recording is on the timeline and plays, showing the moment it says it does', async () => {
  await until('six seconds are recorded', async () => {
    const [segment] = await segments();
    return segment && segment.endMs - segment.startMs > 6_000;
  });
  // Somebody passes the camera's own sensor.
  camera.process.kill('SIGUSR2');
  await until('it is an event', async () => (await events()).length > 0);
  await until('a little more is recorded', async () => {
    const [[segment], [event]] = [await segments(), await events()];
    return segment && event && segment.endMs - event.startedAtMs > 1_500;
  });
  await admin.request('PUT', `/cameras/${door.id}/recording`, DEFAULT_RECORDING);
  const segment = await until('the segment is whole', async () =>
    (await segments()).find(({ open }) => !open),
  );
  await until('it is on the timeline', () => tab.locator('vigie-timeline rect.segment:not(.open)').count());
  await tab.getByTestId('play').click();
  const first = await until('a picture is shown', shownCode);
  await until('it moves', async () => (await shownCode()) !== first);
  assert.ok(apartMs(first, segment.startMs) < 6_500);
});

test('a click on the timeline goes to that moment', async () => {
  const [segment] = await segments();
  assert.ok(segment);
  const middleMs = (segment.startMs + segment.endMs) / 2;
  await tab.locator('vigie-timeline').evaluate((element, ms) => {
    element.dispatchEvent(new CustomEvent('vigie-seek', { detail: { ms } }));
  }, middleMs);
  await tab.getByTestId('play').click();
  await until('its picture is shown', async () => {
    const code = await shownCode();
    return code !== undefined && apartMs(code, middleMs) < 400;
  });
});

test('events are marked, and reached from a moment before, from the list, and back from a moment after', async () => {
  const [[segment], [event]] = [await segments(), await events()];
  assert.ok(segment && event);
  await tab.locator('vigie-timeline rect.event').waitFor();
  const isShown = (): Promise<unknown> =>
    until('the picture of some seconds before is shown', async () => {
      const code = await shownCode();
      // It plays on from there.
      return code !== undefined && apartMs(code, event.startedAtMs - 1_000) < 1_400;
    });
  const seekTo = (ms: number): Promise<unknown> =>
    tab
      .locator('vigie-timeline')
      .evaluate(
        (element, at) => element.dispatchEvent(new CustomEvent('vigie-seek', { detail: { ms: at } })),
        ms,
      );
  await seekTo(segment.startMs);
  await until(
    'the beginning is shown',
    async () => apartMs((await shownCode()) ?? 0, segment.startMs) < 1_000,
  );
  await tab.getByTestId('next-event').click();
  await isShown();
  await tab.getByTestId('next-event').click();
  await tab.getByText('There are no later events').waitFor();
  await tab.getByTestId('play').click();
  await seekTo(segment.endMs - 300);
  await tab.getByTestId('play').click();
  await until('the end is shown', async () => apartMs((await shownCode()) ?? 0, segment.endMs) < 1_000);
  await tab.getByTestId('event-before').click();
  await isShown();
  await tab.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Events' }).click();
  await tab.getByTestId('event').locator('a').click();
  await isShown();
});

test('pointing at the timeline shows a small picture of that moment, and of the newest when the pointer runs', async () => {
  const [segment] = await segments();
  assert.ok(segment);
  // So near that a pixel is a few milliseconds.
  await tab
    .locator('vigie-timeline')
    .evaluate((element, detail) => element.dispatchEvent(new CustomEvent('vigie-range', { detail })), {
      fromMs: segment.endMs - 55_000,
      toMs: segment.endMs + 5_000,
    });
  await tab.getByTestId('timeline').scrollIntoViewIfNeeded();
  const band = (await tab.getByTestId('timeline').boundingBox()) ?? assert.fail('no timeline');
  const pointAt = (ms: number): Promise<void> =>
    tab.mouse.move(band.x + ((ms - segment.endMs + 55_000) / 60_000) * band.width, band.y + 40);
  const lengthMs = segment.endMs - segment.startMs;
  for (let step = 0; step <= 20; step++) await pointAt(segment.startMs + (step / 20) * 0.7 * lengthMs);
  await until('the last moment is shown', async () => {
    const code = await tab
      .getByTestId('preview')
      .evaluate((element) =>
        window.readTimeCodeOf(
          element as HTMLVideoElement,
          (element as HTMLVideoElement).videoWidth,
          (element as HTMLVideoElement).videoHeight,
        ),
      );
    return code !== undefined && apartMs(code, segment.startMs + 0.7 * lengthMs) < 300;
  });
  await tab.mouse.move(5, 5);
  await tab.getByTestId('preview').waitFor({ state: 'detached' });
});

test('stepping goes from picture to picture, and back over the same ones', async () => {
  const [segment] = await segments();
  assert.ok(segment);
  if ((await tab.getByTestId('play').getAttribute('title')) === 'Pause')
    await tab.getByTestId('play').click();
  const middleMs = (segment.startMs + segment.endMs) / 2;
  await tab
    .locator('vigie-timeline')
    .evaluate(
      (element, ms) => element.dispatchEvent(new CustomEvent('vigie-seek', { detail: { ms } })),
      middleMs,
    );
  const shown = [
    await until('the middle is shown', async () => {
      const code = await shownCode();
      return code !== undefined && apartMs(code, middleMs) < 300 && code;
    }),
  ];
  const step = async (direction: 'on' | 'back', isNext: (code: number) => boolean): Promise<number> => {
    await tab.getByTestId(`step-${direction}`).click();
    return until(`it has stepped ${direction}`, async () => {
      const code = await shownCode();
      return code !== undefined && isNext(code) && code;
    });
  };
  for (let i = 0; i < 3; i++) {
    const from = shown[i] ?? assert.fail('nothing is shown');
    const next = await step('on', (code) => code > from);
    assert.ok((next - from) / 10 < 400, `${(next - from) / 10} ms on at once`);
    shown.push(next);
  }
  for (const expected of shown.slice(0, -1).toReversed()) {
    const from = (await shownCode()) ?? assert.fail('nothing is shown');
    assert.equal(await step('back', (code) => code < from), expected);
  }
});

test('a stretch is downloaded as one file of its true length', async () => {
  const [segment] = await segments();
  assert.ok(segment);
  await tab
    .locator('vigie-timeline')
    .evaluate((element, detail) => element.dispatchEvent(new CustomEvent('vigie-select', { detail })), {
      fromMs: segment.startMs,
      toMs: segment.endMs,
    });
  const [download] = await Promise.all([tab.waitForEvent('download'), tab.getByTestId('download').click()]);
  const path = join(folder, 'stretch.webm');
  await download.saveAs(path);
  const { packets, durationSeconds } = await readWebm(path);
  const seconds = (segment.endMs - segment.startMs) / 1000;
  assert.ok(Math.abs(durationSeconds - seconds) < 0.1, `${durationSeconds} s, not ${seconds} s`);
  assert.equal(packets[0]?.keyframe, true);
  assert.match(download.suggestedFilename(), /\.webm$/);
  await tab.getByTestId('export-done').waitFor();
});

test('one download too many is refused with what to do, and those that wait are fetched or removed, on a phone too', async () => {
  const [segment] = await segments();
  assert.ok(segment);
  const body = { fromMs: Math.floor(segment.startMs), toMs: Math.ceil(segment.endMs) };
  for (let count = 0; count < 2; count++) await admin.request('POST', `/cameras/${door.id}/exports`, body);
  const size = tab.viewportSize() ?? assert.fail('no size');
  await tab.setViewportSize({ width: 390, height: 844 });
  await tab.getByTestId('download').click();
  await tab.getByTestId('export-error').getByText('fetch or remove one of them first').waitFor();
  await until('both wait', async () => (await tab.getByTestId('export-fetch').count()) === 2);
  await tab.getByTestId('export-remove').first().click();
  await until('one is left', async () => (await tab.getByTestId('export').count()) === 1);
  assert.equal(await tab.getByTestId('export-error').count(), 0);
  const [download] = await Promise.all([
    tab.waitForEvent('download'),
    tab.getByTestId('export-fetch').click(),
  ]);
  const path = join(folder, 'waited.webm');
  await download.saveAs(path);
  assert.ok((await readWebm(path)).packets.length > 0);
  await until('none is left', async () => (await tab.getByTestId('export').count()) === 0);
  await tab.setViewportSize(size);
});

test('its first and last pictures are those of its first and last moment', async () => {
  const [segment] = await segments();
  assert.ok(segment);
  const bytes = (await readFile(join(folder, 'stretch.webm'))).toString('base64');
  await tab.evaluate(async (base64) => {
    const data = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const element = document.createElement('video');
    element.id = 'downloaded';
    element.muted = true;
    element.src = URL.createObjectURL(new Blob([data], { type: 'video/webm' }));
    document.body.append(element);
    await new Promise((resolve) => element.addEventListener('loadeddata', resolve, { once: true }));
  }, bytes);
  const downloaded = tab.locator('#downloaded');
  for (const [name, fraction, ms] of [
    ['first', 0, segment.startMs],
    ['last', 1, segment.endMs],
  ] as const) {
    await downloaded.evaluate((element: HTMLVideoElement, part) => {
      element.currentTime = Math.max(0.001, part * element.duration);
    }, fraction);
    await until(`the ${name} picture is that of the ${name} moment`, async () => {
      const code = await downloaded.evaluate((element: HTMLVideoElement) =>
        window.readTimeCodeOf(element, element.videoWidth, element.videoHeight),
      );
      return code !== undefined && apartMs(code, ms) < 300;
    });
  }
  await downloaded.evaluate((element) => element.remove());
});

test('it is protected, then deleted', async () => {
  await tab.getByTestId('protect').click();
  await until('it is protected', async () => (await segments())[0]?.protected);
  await tab.getByTestId('delete').click();
  await tab.getByTestId('confirm-dialog').getByTestId('dialog-submit').click();
  await until('it is gone', async () => (await segments()).length === 0);
});

test('a segment that is being recorded plays on as it grows, is downloaded, and stays one segment', async () => {
  await admin.request('PUT', `/cameras/${door.id}/recording`, { ...DEFAULT_RECORDING, mode: 'continuous' });
  const { startMs } = await until('a second is recorded', async () =>
    (await segments()).find((each) => each.open && each.endMs - each.startMs > 1_000),
  );
  // The page goes a little before the moment of an event.
  await tab.goto(`${server.url}/camera/${door.id}/recordings/${startMs + 2_500}`);
  await until('it is shown', async () => {
    const code = await shownCode();
    return code !== undefined && apartMs(code, startMs + 1_500) < 1_500;
  });
  const [loaded] = await segments();
  assert.ok(loaded);
  await until('it plays on beyond what there was of it', async () => {
    const code = await shownCode();
    return code !== undefined && (code - codeOf(loaded.endMs)) / 10 > 6_000;
  });
  await tab
    .locator('vigie-timeline')
    .evaluate((element, detail) => element.dispatchEvent(new CustomEvent('vigie-select', { detail })), {
      fromMs: startMs,
      toMs: startMs + 60_000,
    });
  const [download] = await Promise.all([tab.waitForEvent('download'), tab.getByTestId('download').click()]);
  const path = join(folder, 'open.webm');
  await download.saveAs(path);
  const { durationSeconds } = await readWebm(path);
  assert.ok(durationSeconds > 6, `${durationSeconds} s`);
  const [only, another] = await segments();
  assert.deepEqual([only?.startMs, only?.open, another], [startMs, true, undefined]);
});
