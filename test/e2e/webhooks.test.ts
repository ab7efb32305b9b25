import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { TestBrowser } from '../support/browser.ts';
import { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';
import { Receiver } from '../support/receiver.ts';

const server = await ServerProcess.start();
const receiver = await Receiver.start();
const browser = await TestBrowser.launch();
after(async () => {
  await browser.close();
  receiver.close();
  await server.stop();
  browser.assertNoProblems();
});

test('a webhook is added, tested, shown as failing and as working again, and removed', async () => {
  await (await server.admin()).addCamera('Door');
  const tab = await browser.open(server.url);
  await tab.signIn('admin', server.password);
  const { page } = tab;
  await page.getByTestId('user-menu').click();
  await page.getByTestId('webhooks').click();
  await page.getByTestId('add-webhook').click();
  const dialog = page.getByTestId('webhook-dialog');
  await dialog.locator('[data-testid=webhook-name] input').fill('Home Assistant');
  await dialog.locator('[data-testid=webhook-url] input').fill(receiver.url);
  await dialog.getByTestId('dialog-submit').click();
  const secret = await dialog.getByTestId('webhook-secret').getByTestId('copy-value').textContent();
  assert.match(secret ?? '', /^whsec_/);
  await dialog.getByTestId('dialog-done').click();
  await page.getByTestId('webhook').getByText('Motion · all cameras · at the start').waitFor();

  const send = async (): Promise<void> => {
    await page.getByTestId('webhook-menu').click();
    await page.getByTestId('webhook-test').click();
  };
  await send();
  await page.getByTestId('delivery').getByText('Delivered').waitFor();
  assert.equal(receiver.received[0]?.message.type, 'test');
  receiver.answer = (response) => void response.writeHead(503).end('out for lunch');
  await send();
  await page.getByTestId('delivery').getByText('1 attempt, HTTP status 503').waitFor();
  await page.getByText('out for lunch').waitFor();
  await page.getByText('Failing for').waitFor();
  receiver.answer = (response) => void response.end();
  await page.getByTestId('send-again').first().click();
  await until('it is tried again', () => receiver.received.length === 3);
  await page.getByText('Failing for').waitFor({ state: 'detached' });

  await page.getByTestId('webhook-menu').click();
  await page.getByTestId('webhook-remove').click();
  await page.getByRole('button', { name: 'Delete webhook' }).click();
  await page.getByTestId('webhook').waitFor({ state: 'detached' });
});
