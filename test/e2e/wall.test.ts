/** The wall of cameras and the frame of the app in windows of every size, in the real browser. */

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { TILE_ASPECT } from '../../client/cameras/wall-layout.ts';
import { TestBrowser } from '../support/browser.ts';
import { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';

const server = await ServerProcess.start();
const browser = await TestBrowser.launch();
const admin = await server.admin();
const view = await browser.open(server.url);
const { page } = view;
after(async () => {
  await browser.close();
  await server.stop();
  browser.assertNoProblems();
});

const PHONE = { width: 360, height: 740 };
const WINDOWS = [
  { width: 1024, height: 768 },
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
  { width: 3840, height: 2160 },
];
/** A share of the best that the window below the bar has room for. */
const LEAST_SHARE = 0.85;

interface Wall {
  count: number;
  /** Square pixels of all pictures. */
  area: number;
  /** Pixels below the bar. */
  height: number;
  /** Pixels between two pictures. */
  gap: number;
  scrolls: boolean;
}

function wall(): Promise<Wall> {
  return page.evaluate(() => {
    const app = document.querySelector('vigie-app')?.shadowRoot;
    const grid = app?.querySelector('vigie-cameras-page')?.shadowRoot;
    const tiles = [...(grid?.querySelectorAll('vigie-camera') ?? [])].map((tile) =>
      tile.getBoundingClientRect(),
    );
    const bar = app?.querySelector('.bar')?.getBoundingClientRect();
    const root = document.documentElement;
    return {
      count: tiles.length,
      area: tiles.reduce((sum, { width, height }) => sum + width * height, 0),
      height: window.innerHeight - (bar?.height ?? 0),
      gap: Number.parseFloat(getComputedStyle(grid?.querySelector('ul') ?? root).columnGap),
      scrolls: root.scrollHeight > root.clientHeight || root.scrollWidth > root.clientWidth,
    };
  });
}

/** @returns the area of all pictures in the best of all numbers of rows and columns */
function bestArea(count: number, width: number, { height, gap }: Wall): number {
  const widths = Array.from({ length: count }, (_, index) => {
    const [columns, rows] = [index + 1, Math.ceil(count / (index + 1))];
    const tileHeight = (height - gap * (rows - 1)) / rows;
    return Math.min((width - gap * (columns - 1)) / columns, tileHeight * TILE_ASPECT);
  });
  return (count * Math.max(...widths) ** 2) / TILE_ASPECT;
}

test('the pictures fill the window, whatever their number', async () => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await view.signIn('admin', server.password);
  await admin.addCamera('Camera 1');
  let added = 1;
  const dismiss = page.getByRole('button', { name: 'Dismiss' });
  await dismiss.waitFor();
  await until('there is a picture', async () => (await wall()).count === 1);
  const { area } = await wall();
  await dismiss.click();
  await until('it takes the room of the notice above it', async () => (await wall()).area > area);
  for (const count of [1, 4, 9, 16, 25]) {
    for (; added < count; added++) await admin.addCamera(`Camera ${added + 1}`);
    for (const window of WINDOWS) {
      await page.setViewportSize(window);
      const share = (now: Wall): number => now.area / bestArea(count, window.width, now);
      const seen: Wall[] = [];
      await until(`${count} cameras fill ${window.width}×${window.height}`, async () => {
        const now = await wall();
        seen.push(now);
        return now.count === count && share(now) >= LEAST_SHARE && !now.scrolls;
      }).catch((error: unknown) => {
        const last = seen.at(-1);
        throw new Error(`${JSON.stringify(last)}, share ${last && share(last).toFixed(3)}`, { cause: error });
      });
    }
  }
});

test('on a phone the names are legible and nothing has to be scrolled sideways', async () => {
  await page.setViewportSize(PHONE);
  await until(
    'two columns',
    async () => (await page.locator('vigie-camera').first().boundingBox())?.width === 164,
  );
  const cut = await page
    .getByTestId('camera-name')
    .evaluateAll((names) => names.filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth).length);
  assert.equal(cut, 0, 'names that are cut');
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), PHONE.width);
});

test('on a phone the bar lies at the bottom, and what has no room in it is in its menu', async () => {
  const links = page.getByRole('navigation', { name: 'Main' }).getByRole('link');
  assert.deepEqual(await links.allInnerTexts(), ['Cameras', 'Events', 'Recordings']);
  for (const link of await links.all()) {
    const box = await link.boundingBox();
    assert.ok(box && box.width >= 44 && box.height >= 44 && box.y > PHONE.height - 80, JSON.stringify(box));
  }
  await links.nth(1).click();
  await page.getByRole('heading', { name: 'Events' }).waitFor();
  await page.getByTestId('user-menu').click();
  await page.getByTestId('menu-users').click();
  await page.getByRole('heading', { name: 'Users' }).waitFor();
});
