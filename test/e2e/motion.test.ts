import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { MotionView } from '../../server/wire/motion.ts';
import { TestBrowser } from '../support/browser.ts';
import { startCamera } from '../support/camera-process.ts';
import { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';

const footage = process.env['VIGIE_FOOTAGE_DIR'];
const server = await ServerProcess.start();
const admin = await server.admin();
const camera = await admin.addCamera('Street');
const street = footage === undefined ? [] : ['--footage', join(footage, 'pedestrians-vga.mjpeg')];
const device = startCamera(server.cameraUrl, camera, [...street, '--fps', '10']);
const browser = await TestBrowser.launch();
const tab = await browser.open(server.url);
const { page } = tab;
const editor = page.getByTestId('area-editor');
const nothingToSave = page.locator('[data-testid=save-motion][disabled]');
after(async () => {
  await browser.close();
  await device.stop();
  await server.stop();
  browser.assertNoProblems();
});

async function press(x: number, y: number): Promise<void> {
  const { width, height } = (await editor.boundingBox()) ?? assert.fail('no editor');
  await editor.click({ position: { x: x * width, y: y * height } });
}

async function save(): Promise<MotionView> {
  await page.getByTestId('save-motion').click();
  await nothingToSave.waitFor();
  return admin.request('GET', `/cameras/${camera.id}/motion`);
}

test('a zone is drawn over the live picture, named, saved, and shown again', async () => {
  await tab.signIn('admin', server.password);
  await tab.untilStatus(camera.id, 'live');
  await page.getByTestId('camera-menu-button').click();
  await page.getByTestId('camera-motion').click();
  await until('the picture is there', () =>
    page.locator('vigie-area-editor img').evaluate((img) => (img as HTMLImageElement).naturalWidth),
  );
  await page.getByTestId('motion-enabled').click();
  await page.getByTestId('draw-zone').click();
  const corners: [number, number][] = [
    [0.02, 0.05],
    [0.98, 0.05],
    [0.98, 0.95],
    [0.02, 0.95],
  ];
  for (const [x, y] of corners) await press(x, y);
  await page.getByTestId('close-outline').click();
  await page.getByTestId('zone').locator('input').fill('Pavement');
  await page.getByTestId('zone').locator('input').press('Tab');
  const { enabled, zones } = await save();
  assert.equal(enabled, true);
  assert.deepEqual(
    zones.map(({ name }) => name),
    ['Pavement'],
  );
  for (const [index, [x, y]] of corners.entries()) {
    const [keptX = 0, keptY = 0] = zones[0]?.points[index] ?? [];
    assert.ok(Math.abs(keptX - x) < 0.01 && Math.abs(keptY - y) < 0.01, `${keptX}, ${keptY}`);
  }
  await page.reload();
  await editor.locator('polygon.zone').waitFor();
});

test('motion in the zone is reported at once, with the zone’s name', async (t) => {
  if (footage === undefined) return t.skip('VIGIE_FOOTAGE_DIR is not set: ran without real footage');
  await page.getByTestId('motion-now').getByText('Motion in Pavement').waitFor();
});

test('corners are dragged and moved, edges are split, and a mask is drawn with the keyboard', async () => {
  await page.getByTestId('zone').locator('input').focus();
  await page.getByTestId('corner').first().hover();
  await page.mouse.down();
  const box = (await editor.boundingBox()) ?? assert.fail('no editor');
  await page.mouse.move(box.x + 0.3 * box.width, box.y + 0.4 * box.height, { steps: 4 });
  await page.mouse.up();
  await page.getByTestId('corner').nth(1).focus();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Shift+ArrowDown');
  await page.getByTestId('split-side').nth(2).click();
  await page.getByTestId('draw-mask').click();
  await page.keyboard.press('Enter');
  await page.getByTestId('mask').waitFor();
  const { zones, masks } = await save();
  const points = zones[0]?.points ?? [];
  assert.equal(points.length, 5);
  const [[x0, y0] = [0, 0], [x1, y1] = [0, 0]] = points;
  assert.ok(Math.abs(x0 - 0.3) < 0.02 && Math.abs(y0 - 0.4) < 0.02, `${x0}, ${y0}`);
  assert.ok(Math.abs(x1 - 0.97) < 0.015 && Math.abs(y1 - 0.1) < 0.015, `${x1}, ${y1}`);
  assert.equal(masks[0]?.points.length, 4);
});

test('undo restores the saved zones', async () => {
  await page.getByTestId('remove-mask').click();
  await page.getByTestId('mask').waitFor({ state: 'detached' });
  await page.getByTestId('undo-motion').click();
  await page.getByTestId('mask').waitFor();
  await nothingToSave.waitFor();
});
