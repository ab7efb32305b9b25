/** Which cameras the wall shows: favourites, groups, a search, and those that are online. */

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { TestBrowser } from '../support/browser.ts';
import { ScriptedCamera } from '../support/scripted-camera.ts';
import { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';

const server = await ServerProcess.start();
const admin = await server.admin();
const names = ['Door', 'Yard', 'Shed', 'Gate', 'Hall'];
const cameras = [];
for (const name of names) cameras.push(await admin.addCamera(name));
const [door, yard, shed] = cameras;
assert.ok(door && yard && shed);
const device = await ScriptedCamera.connect(server.cameraUrl, yard);
device.play();
const browser = await TestBrowser.launch();
const tab = await browser.open(server.url);
const { page } = tab;
page.setDefaultTimeout(10_000);
after(async () => {
  await browser.close();
  device.close();
  await server.stop();
  browser.assertNoProblems();
});

async function untilShown(...expected: string[]): Promise<void> {
  const shown = page.getByTestId('camera-tile').getByTestId('camera-name');
  const seen: string[][] = [];
  await until(`${expected.join(', ')} are shown`, async () => {
    seen.push(await shown.allTextContents());
    return seen.at(-1)?.join() === expected.join();
  }).catch((error: unknown) => {
    throw new Error(`shown: ${seen.at(-1)?.join(', ')}`, { cause: error });
  });
}

async function choose(name: string): Promise<void> {
  await page.getByTestId('wall-shown').click();
  await page.getByRole('option', { name, exact: true }).click();
}

test('favourites come first, and can be shown alone', async () => {
  await tab.signIn('admin', server.password);
  await untilShown(...names);
  await tab.tile(shed.id).hover();
  await tab.tile(shed.id).getByTestId('favourite').click();
  await untilShown('Shed', 'Door', 'Yard', 'Gate', 'Hall');
  await choose('Favourites');
  await untilShown('Shed');
  await page.reload();
  await untilShown('Shed');
  await choose('All cameras');
});

test('a camera is put into a group, which can be shown alone', async () => {
  await tab.tile(door.id).hover();
  await tab.tile(door.id).getByTestId('camera-menu-button').click();
  await tab.tile(door.id).getByTestId('camera-group').click();
  await page.locator('[data-testid=group-name] input').fill('Garden');
  await page.getByTestId('group-dialog').getByTestId('dialog-submit').click();
  await choose('Garden');
  await untilShown('Door');
  await choose('All cameras');
});

test('a search shows what it finds, and cameras that are not online can be hidden', async () => {
  // Away from the field that was used last, which takes keys.
  await page.getByRole('heading', { name: 'Cameras' }).click();
  await page.keyboard.press('/');
  await page.keyboard.type('ya');
  await untilShown('Yard');
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type('nothing');
  await page.getByTestId('none-shown').waitFor();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.press('Delete');
  await untilShown('Shed', 'Door', 'Yard', 'Gate', 'Hall');
  await page.getByTestId('hide-offline').click();
  await untilShown('Yard');
  await page.getByTestId('hide-offline').click();
  await untilShown('Shed', 'Door', 'Yard', 'Gate', 'Hall');
});
