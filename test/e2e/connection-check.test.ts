import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { TestBrowser, type TestPage } from '../support/browser.ts';
import { Coturn } from '../support/coturn.ts';
import { ServerProcess } from '../support/server-process.ts';
import { throughProxy, UdpProxy } from '../support/udp-proxy.ts';

const PASSWORD = 'a password of her own';

const coturn = await Coturn.start();
const server = await ServerProcess.start({
  env: { VIGIE_TURN_URLS: coturn.urls.join(','), VIGIE_TURN_SECRET: coturn.secret },
});
const browser = await TestBrowser.launch();
after(async () => {
  await browser.close();
  await server.stop();
  await coturn.stop();
  browser.assertNoProblems();
});

/** @returns the title and mark of each line, and the whole text */
async function result(
  page: TestPage,
): Promise<{ verdict: string; marks: Record<string, string>; text: string }> {
  const verdict = page.page.getByTestId('check-verdict');
  await verdict.waitFor({ timeout: 30_000 });
  const lines = page.page.getByTestId('check-line');
  const marks = await lines.evaluateAll((items) =>
    items.map((item) => [item.querySelector('h2')?.innerText ?? '', item.dataset['mark'] ?? '']),
  );
  return {
    verdict: await verdict.locator('h2').innerText(),
    marks: Object.fromEntries(marks) as Record<string, string>,
    text: (await lines.allInnerTexts()).join('\n'),
  };
}

async function check(url: string, prepare?: Parameters<TestBrowser['open']>[1]): Promise<TestPage> {
  const page = await browser.open(`${url}/connection`, prepare);
  await page.signIn('admin', server.password);
  return page;
}

const over = (transport: string) => `TURN relay over ${transport}`;
const markOf = (marks: Record<string, string>, title: string) =>
  Object.entries(marks).find(([name]) => name.startsWith(title))?.[1];

test('each path is really tried: direct, and the relay over UDP, TCP and TLS', async () => {
  const page = await check(server.url);
  const { verdict, marks, text } = await result(page);
  assert.equal(verdict, 'Video connects directly');
  assert.equal(markOf(marks, 'Direct over UDP'), 'good');
  assert.equal(markOf(marks, over('UDP')), 'good', text);
  assert.equal(markOf(marks, over('TCP')), 'good', text);
  assert.equal(markOf(marks, over('TLS')), 'bad', 'nobody vouches for its certificate');
  assert.match(text, /Works. The server answered from [\d.:[\]a-f]+:\d+ in /);
  assert.match(text, /its certificate is not valid/);
  assert.equal(markOf(marks, 'Web connection'), 'good');
  const { sfu } = await (await server.admin()).status();
  assert.equal(sfu.transports, 1, 'what was made to try is gone');
  await page.close();
});

test('the report holds the findings and no secret', async () => {
  const page = await check(server.url);
  await result(page);
  await page.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.page.getByTestId('copy-report').click();
  await page.page.getByText('Copied').waitFor();
  const report = await page.page.evaluate(() => navigator.clipboard.readText());
  assert.match(report, /^Vigie connection check/);
  assert.match(report, /\[ok\] Direct over UDP/);
  for (const secret of [coturn.secret, server.password, 'admin']) assert.ok(!report.includes(secret), secret);
  await page.close();
});

test('an unreachable server is distinguished from a relay that does not answer', async () => {
  const proxy = await UdpProxy.open(1, 7);
  proxy.loss = 1;
  const page = await check(server.url, async (tab) => {
    await throughProxy(tab, proxy);
  });
  const { verdict, marks, text } = await result(page);
  assert.equal(verdict, 'Only the slower fallback works');
  assert.equal(markOf(marks, 'Direct over UDP'), 'bad');
  assert.match(text, /Open UDP port \d+ in the firewall/);
  assert.match(text, /answers you but cannot reach the server/);
  await page.close();
  proxy.close();
});

test('a viewer sees what works, and nothing of the server’s configuration', async () => {
  const admin = await server.admin();
  await admin.addViewer('anna', PASSWORD, []);
  const page = await browser.open(server.url);
  await page.signIn('anna', PASSWORD);
  await page.page.getByTestId('user-menu').click();
  await page.page.getByTestId('check-connection').click();
  await page.page.getByText('why video may be slow').waitFor();
  const { verdict, text } = await result(page);
  assert.equal(verdict, 'Video connects directly');
  assert.doesNotMatch(text, /VIGIE_|coturn/);
  await page.close();
});

test('a coturn with another secret, and a stopped one, are each named', async (context) => {
  const other = await ServerProcess.start({
    env: { VIGIE_TURN_URLS: coturn.urls[0] ?? '', VIGIE_TURN_SECRET: 'another secret than that of coturn' },
  });
  context.after(() => other.stop());
  const page = await check(other.url);
  assert.match((await result(page)).text, /rejects the password/);
  await coturn.stop();
  await page.page.getByTestId('check-again').click();
  await page.page.getByTestId('check-running').waitFor();
  assert.match((await result(page)).text, /The relay answers neither you nor the server/);
  await page.close();
});
