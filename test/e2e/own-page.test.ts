/** `<vigie-camera>` on a page that is not the app's. */

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { liveSite } from '../support/live-site.ts';

const { server, door, browser, close } = await liveSite();
after(() => close());

test('who is signed out is told so, with a way to sign in, and sees the picture afterwards', async () => {
  // Any page of the server's origin that is not the app's.
  const tab = await browser.open(`${server.url}/licences.txt`);
  const { page, context } = tab;
  await page.evaluate((cameraId) => {
    const picture = document.createElement('vigie-camera');
    picture.setAttribute('camera-id', cameraId);
    const script = document.createElement('script');
    script.type = 'module';
    script.src = '/vigie-camera.js';
    document.body.replaceChildren(picture, script);
  }, door.id);
  await page.getByTestId('camera-status').getByText('Signed out').waitFor();
  const link = page.getByTestId('camera-sign-in').getByRole('link');
  const [app] = await Promise.all([context.waitForEvent('page'), link.click()]);
  await app.locator('[data-testid=username] input').fill('admin');
  await app.locator('[data-testid=password] input').fill(server.password);
  await app.getByTestId('sign-in').click();
  await app.getByTestId('user-menu').waitFor();
  // The page is looked at again; a browser without windows does not notice.
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await page.getByTestId('camera-status').getByText('Live').waitFor();
  assert.equal(await page.getByTestId('camera-sign-in').count(), 0);
});
