import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { TestBrowser } from '../support/browser.ts';
import { ServerProcess } from '../support/server-process.ts';

const server = await ServerProcess.start();
// The port of its configuration is now a fixed one, which the process that follows a restore takes again.
await server.kill();
await server.start();
const browser = await TestBrowser.launch();
after(async () => {
  await browser.close();
  await server.stop();
  browser.assertNoProblems();
});

test('an administrator downloads an encrypted backup, and sees an alarm on every page when data are lost', async () => {
  const visit = await browser.open(server.url);
  await visit.signIn('admin', server.password);
  const { page } = visit;
  await page.getByTestId('user-menu').click();
  await page.getByTestId('backup').click();
  await page.getByTestId('backup-password').locator('input').fill('a password for the backup');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByTestId('backup-dialog').getByTestId('dialog-submit').click(),
  ]);
  assert.match(download.suggestedFilename(), /^vigie-backup-\d{4}-\d\d-\d\d\.vigie$/);
  const file = join(server.folder, 'downloaded.vigie');
  await download.saveAs(file);
  assert.equal(readFileSync(file).subarray(0, 7).toString(), 'VIGIEBK');

  assert.equal(await page.getByTestId('health-alarm').count(), 0);
  const body = JSON.stringify({ status: 'degraded', problems: ['databaseMissing'] });
  await page.route('**/api/health', (route) => route.fulfill({ contentType: 'application/json', body }));
  await page.reload();
  await page.getByTestId('health-alarm').getByText('database is missing').waitFor();
  await page.getByRole('link', { name: 'Users' }).click();
  await page.getByTestId('health-alarm').getByText('Live video continues').waitFor();
  await visit.close();
});

test('an administrator restores a backup from a file with its password, the shown contents, their own password, and a restart', async () => {
  const admin = await server.admin();
  const { id } = await admin.addCamera('Bird box');
  const visit = await browser.open(server.url);
  await visit.signIn('admin', server.password);
  const { page } = visit;
  await page.getByTestId('user-menu').click();
  await page.getByTestId('restore').click();
  const dialog = page.getByTestId('restore-dialog');
  await page.getByTestId('restore-file').setInputFiles(join(server.folder, 'downloaded.vigie'));
  const shown = Promise.withResolvers<void>();
  await page.route('**/api/backup/uploads', async (route) => {
    await shown.promise;
    await route.continue();
  });
  await dialog.getByTestId('dialog-submit').click();
  await page
    .getByTestId('restore-progress')
    .getByText(/Upload(?:ing|ed)/)
    .waitFor();
  shown.resolve();
  await page.getByTestId('restore-password').locator('input').fill('a password for the backup');
  await dialog.getByTestId('dialog-submit').click();
  await page.getByTestId('restore-contents').getByText('with 0 cameras and 1 user').waitFor();
  await page.getByTestId('restore-current').locator('input').fill(server.password);
  await dialog.getByTestId('dialog-submit').click();
  await page.getByTestId('sign-in').waitFor();
  await visit.signIn('admin', server.password);
  await visit.untilStatus(id, undefined);
  await visit.close();
});
