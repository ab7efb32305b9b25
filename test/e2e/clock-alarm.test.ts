import { test } from 'node:test';
import { TestBrowser } from '../support/browser.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { ServerProcess } from '../support/server-process.ts';

const DAY_MS = 86_400_000;

test('a clock that cannot be right is reported to administrators until it is; hours name the time zone of the first administrator’s browser', async (context) => {
  const wall = FakeClock.make(-400 * DAY_MS);
  if (!wall) return context.skip('libfaketime is not there');
  const server = await ServerProcess.start({ prefix: wall.prefix });
  const browser = await TestBrowser.launch();
  context.after(async () => {
    await browser.close();
    await server.stop();
    browser.assertNoProblems();
  });
  await (await server.admin()).addCamera('Door');
  const own = await browser.open(server.url);
  await own.signIn('admin', server.password);
  const alarm = own.page.getByTestId('clock-alarm');
  await alarm.getByText('is before this version of Vigie was made').waitFor();
  wall.set(0);
  await alarm.waitFor({ state: 'detached' });
  await own.page.getByTestId('user-menu').click();
  await own.page.getByTestId('notifications').click();
  await own.page.getByTestId('quiet-hours').click();
  const zone = await own.page.evaluate(() => new Intl.DateTimeFormat().resolvedOptions().timeZone);
  await own.page.getByTestId('site-zone').getByText(`Time zone of the site: ${zone}`).waitFor();
  await own.page.getByTestId('change-zone').click();
  await own.page.getByTestId('zones').selectOption('Asia/Tokyo');
  await own.page.getByTestId('site-zone').getByText('Asia/Tokyo (GMT+9)').waitFor();
  return undefined;
});
