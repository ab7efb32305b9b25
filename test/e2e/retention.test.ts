/** How long recordings are kept, as an administrator sets it: what that deletes is named before. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { DEFAULT_RECORDING } from '../../server/recording/default-recording.ts';
import type { Timeline } from '../../server/wire/recording.ts';
import { TestBrowser } from '../support/browser.ts';
import { startCamera } from '../support/camera-process.ts';
import { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';

const AGE_MS = 3 * 24 * 3_600_000;

const server = await ServerProcess.start();
const browser = await TestBrowser.launch();
const admin = await server.admin();
const door = await admin.addCamera('Front door');
const camera = startCamera(server.cameraUrl, door);
const visit = await browser.open(server.url);
const { page } = visit;
const dialog = page.getByTestId('retention-dialog');
const confirmation = page.getByTestId('confirm-dialog');
const storage = page.getByTestId('recording-storage');
after(async () => {
  await browser.close();
  await camera.stop();
  await server.stop();
  browser.assertNoProblems();
});

async function keepDays(): Promise<number | null> {
  return (await admin.request<{ keepDays: number | null }>('GET', '/recording/retention')).keepDays;
}

/** A recording from three days ago. */
async function recordAndAge(): Promise<void> {
  const path = `/cameras/${door.id}/recording`;
  const segments = async () => {
    const range = `from=${Date.now() - 3_600_000}&to=${Date.now() + 60_000}`;
    return (await admin.request<Timeline>('GET', `/cameras/${door.id}/timeline?${range}`)).segments;
  };
  await admin.request('PUT', path, { ...DEFAULT_RECORDING, mode: 'continuous' });
  await until('a second is recorded', async () =>
    (await segments()).some(({ startMs, endMs }) => endMs - startMs > 1_000),
  );
  await admin.request('PUT', path, DEFAULT_RECORDING);
  await until('the segment is closed', async () => (await segments()).every(({ open }) => !open));
  using database = new DatabaseSync(join(server.folder, 'data', 'vigie.db'), { timeout: 5_000 });
  database.exec(`UPDATE recordings SET start_ms = start_ms - ${AGE_MS}, end_ms = end_ms - ${AGE_MS}`);
}

async function choose(kind: string, days?: number): Promise<void> {
  await page.getByTestId('change-retention').click();
  await dialog.getByTestId('retention-kind').click();
  await dialog.getByRole('option', { name: kind }).click();
  if (days !== undefined) await dialog.getByLabel('Days').fill(String(days));
  await dialog.getByTestId('dialog-submit').click();
}

test('a number of days is saved once what it deletes was named, on a phone too', async () => {
  page.setDefaultTimeout(8_000);
  await recordAndAge();
  await page.setViewportSize({ width: 390, height: 844 });
  await visit.signIn('admin', server.password);
  await page.goto(`${server.url}/recordings`);
  await storage.getByText('They are kept until the storage is full.').waitFor();
  await choose('For a number of days', 2);
  await confirmation.getByText('Delete recordings older than 2 days?').waitFor();
  assert.match(
    await confirmation.getByTestId('losses').innerText(),
    /[kM]B of recordings \(1 segment of 1 camera\)/,
  );
  assert.match(await confirmation.getByTestId('kept').innerText(), /Protected recordings stay/);
  await confirmation.getByTestId('dialog-cancel').click();
  await confirmation.getByTestId('losses').waitFor({ state: 'detached' });
  assert.equal(await keepDays(), null);
  await choose('For a number of days', 2);
  await confirmation.getByTestId('dialog-submit').click();
  await storage.getByText('They are kept for 2 days').waitFor();
  assert.equal(await keepDays(), 2);
});

test('a change that deletes nothing is saved at once', async () => {
  await choose('Until the storage is full');
  await storage.getByText('They are kept until the storage is full.').waitFor();
  assert.equal(await keepDays(), null);
  await choose('For a number of days', 3650);
  await storage.getByText('They are kept for 3650 days').waitFor();
  assert.equal(await keepDays(), 3650);
});

test('a server that does not trust its date yet says that nothing is deleted, on the page and in the dialog', async () => {
  const body = JSON.stringify({ keepDays: 30, waitingForClock: { remainingMs: 5 * 3_600_000 } });
  await page.route('**/api/recording/retention', (route) =>
    route.fulfill({ contentType: 'application/json', body }),
  );
  await page.reload();
  await storage.getByText('for 5 hours more').waitFor();
  await page.getByTestId('change-retention').click();
  await dialog.getByTestId('retention-clock').getByText('for 5 hours more').waitFor();
});
