import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { timeCodeDifferenceUs } from '../../server/wire/time-code.ts';
import { TestBrowser, type TestPage } from '../support/browser.ts';
import { FULL_RATE, startCamera } from '../support/camera-process.ts';
import { ServerProcess } from '../support/server-process.ts';
import { isVideo, throughProxy, UdpProxy } from '../support/udp-proxy.ts';
import { until } from '../support/until.ts';

/** The product's promise: the fallback starts within this time. */
const FALLBACK_MS = 5_000;
const PASSWORD = 'a password of her own';

const server = await ServerProcess.start();
const browser = await TestBrowser.launch();
const admin = await server.admin();
const door = await admin.addCamera('Front door');
const camera = startCamera(server.cameraUrl, door, FULL_RATE);
const anna = await admin.addViewer('anna', PASSWORD, [door.id]);
const proxy = await UdpProxy.open((await admin.status()).sfu.port, 7);
proxy.loss = 1;
const page = await browser.open(server.url, (tab) => throughProxy(tab, proxy));
after(async () => {
  await browser.close();
  await camera.stop();
  proxy.close();
  await server.stop();
  browser.assertNoProblems();
});

const untilSource = (tab: TestPage, source: 'video' | 'pictures', timeoutMs?: number) =>
  until(`the picture comes as ${source}`, async () => (await tab.source(door.id)) === source, timeoutMs);

/** From now on. */
async function untilShownFor(ms: number): Promise<void> {
  const first = await page.nextTimeCode(door.id);
  await until(`${ms} ms of the picture are shown`, async () => {
    const code = await page.timeCode(door.id);
    return code !== undefined && timeCodeDifferenceUs(code, first) > ms * 1000;
  });
}

/** Runs in the page from now on, and reports whether the camera ever shows nothing. */
async function watchForBlack(tab: TestPage): Promise<() => Promise<number>> {
  await tab.page.evaluate(() => {
    const root = document
      .querySelector('vigie-app')
      ?.shadowRoot?.querySelector('vigie-cameras-page')?.shadowRoot;
    const element = root?.querySelector('vigie-camera');
    const canvas = document.createElement('canvas');
    canvas.width = 8;
    canvas.height = 8;
    const context = canvas.getContext('2d', { willReadFrequently: true });
    const counts = { looked: 0, black: 0 };
    Object.assign(window, { blackCounts: counts });
    const look = (): void => {
      const video = element?.shadowRoot?.querySelector('video');
      const still = element?.shadowRoot?.querySelector('canvas');
      const shown = still && !still.hidden ? still : video;
      if (shown && context) {
        context.fillStyle = 'black';
        context.fillRect(0, 0, 8, 8);
        context.drawImage(shown, 0, 0, 8, 8);
        counts.looked++;
        if (context.getImageData(0, 0, 8, 8).data.every((value, i) => i % 4 === 3 || value < 8))
          counts.black++;
      }
      requestAnimationFrame(look);
    };
    look();
  });
  return async () => {
    const { looked, black } = await tab.page.evaluate(
      () => (window as unknown as { blackCounts: { looked: number; black: number } }).blackCounts,
    );
    assert.ok(looked > 10, `looked ${looked} times`);
    return black;
  };
}

test('if no UDP passes, pictures arrive over the WebSocket within 5 s, and the page says so', async () => {
  await page.signIn('anna', PASSWORD);
  await page.untilStatus(door.id, 'live', FALLBACK_MS);
  assert.equal(await page.source(door.id), 'pictures');
  assert.match(
    await page.tile(door.id).getByTestId('camera-note').innerText(),
    /^Slower fallback: single pictures over the web connection/,
  );
  await untilShownFor(2_000);
});

test('the fallback decodes nothing on the server', async () => {
  const { encoding, frameWatches, sfu } = await admin.status();
  assert.equal(frameWatches.open, 1);
  assert.ok(frameWatches.sent > 10);
  assert.equal(sfu.consumers, 1, 'WebRTC goes on being tried');
  assert.equal(encoding, 0);
});

test('the shown latency is that of the picture', async () => {
  await page.page.getByTestId('camera-link').click();
  await page.page.getByTestId('toggle-stats').click();
  // The first may include the time that the page took to open.
  await until('a latency is shown that such a picture can have', async () => {
    const text = await page.page.getByTestId('stats-latency').innerText();
    const shownMs = Number(/^([\d.]+) ms/.exec(text)?.[1]);
    return shownMs > 1 && shownMs < 500;
  });
  await page.page.getByTestId('stats-dropped').waitFor();
  await page.page.getByTestId('back').click();
  await page.untilStatus(door.id, 'live');
});

test('a camera scrolled out of view is not sent, and returns with the view', async () => {
  await page.page.evaluate(() => {
    const element = document.querySelector<HTMLElement>('vigie-app');
    if (element) element.style.paddingTop = '3000px';
  });
  await until('the pictures have stopped', async () => (await admin.status()).frameWatches.open === 0);
  await page.page.evaluate(() => {
    const element = document.querySelector<HTMLElement>('vigie-app');
    if (element) element.style.paddingTop = '';
  });
  await page.nextTimeCode(door.id);
  await page.untilStatus(door.id, 'live', FALLBACK_MS);
});

test('when WebRTC connects, it takes over without a black moment', async () => {
  const black = await watchForBlack(page);
  proxy.loss = 0;
  await untilSource(page, 'video', 40_000);
  await page.nextTimeCode(door.id);
  assert.equal(await page.status(door.id), 'live');
  await until('the pictures have stopped', async () => (await admin.status()).frameWatches.open === 0);
  assert.equal(await black(), 0);
});

test('when WebRTC fails while watching, pictures arrive within 5 s without a black moment', async () => {
  const black = await watchForBlack(page);
  proxy.loss = 1;
  await untilSource(page, 'pictures', FALLBACK_MS);
  await page.nextTimeCode(door.id);
  assert.equal(await black(), 0);
});

test('while a path is connected and only video does not pass, video is paused: nothing is encoded for it', async () => {
  proxy.loss = 0;
  // A page for which video has not failed before tries again after 8 s, not 16 or 32 (video-probes.test.ts).
  await page.page.reload();
  await untilSource(page, 'video');
  await untilShownFor(2_000);
  // Connectivity checks pass, as on a line that is only too narrow.
  proxy.losing = isVideo;
  await untilSource(page, 'pictures', FALLBACK_MS);
  await until('nothing is encoded', async () => (await admin.status()).encoding === 0);
  await page.nextTimeCode(door.id);
  proxy.losing = () => false;
  await untilSource(page, 'video', 60_000);
  await page.nextTimeCode(door.id);
});

test('a right that is revoked ends the pictures within 1 s', async () => {
  await admin.setRights(anna.id, []);
  await until('the watch is closed', async () => (await admin.status()).frameWatches.open === 0, 1000);
  await page.untilStatus(door.id, undefined);
});

test('a browser without WebRTC gets pictures at once', async () => {
  await admin.setRights(anna.id, [door.id]);
  const old = await browser.open(server.url, async (tab) => {
    await tab.addInitScript(() => Object.assign(window, { RTCPeerConnection: undefined }));
  });
  await old.signIn('anna', PASSWORD);
  await old.untilStatus(door.id, 'live', FALLBACK_MS);
  assert.equal(await old.source(door.id), 'pictures');
  await old.nextTimeCode(door.id);
  await old.close();
});

test('MJPEG plays in an image of the signed-in page', async () => {
  const simple = await browser.open(server.url);
  await simple.signIn('anna', PASSWORD);
  await simple.page.evaluate((src) => {
    const image = document.createElement('img');
    image.id = 'mjpeg';
    image.src = src;
    document.body.append(image);
  }, `/api/cameras/${door.id}/mjpeg`);
  const code = () =>
    simple.page.evaluate(() => {
      const image = document.querySelector<HTMLImageElement>('#mjpeg');
      return image ? window.readTimeCodeOf(image, image.naturalWidth, image.naturalHeight) : undefined;
    });
  const first = await until('its picture', code);
  await until('it moves', async () => timeCodeDifferenceUs((await code()) ?? first, first) > 500_000);
  await simple.close();
  await until('it ends with the page', async () => (await admin.status()).mjpeg.open === 0);
});
