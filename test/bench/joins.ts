/**
 * Time until a viewer sees the first picture, each time on a new page: after the click that opens the cameras on an
 * open, signed-in page, and after reloading the page.
 */

import type { CameraWithKey } from '../../server/wire/camera.ts';
import type { TestBrowser, TestPage } from '../support/browser.ts';
import { FULL_RATE, startCamera } from '../support/camera-process.ts';
import type { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';

export interface Joins {
  /** ms from the click to the first picture shown. */
  afterClick: number[];
  /** ms from the start of the navigation to the first picture shown. */
  afterLoad: number[];
}

declare global {
  interface Window {
    /** When the first picture was shown, on the page's clock; undefined before. */
    firstPictureMs: number | undefined;
    clickedMs: number;
  }
}

/** Runs in the page from its start. */
const FIRST_PICTURE_SCRIPT = `(() => {
  const findVideo = (root) => {
    for (const element of root.querySelectorAll('*')) {
      if (element instanceof HTMLVideoElement) return element;
      const inside = element.shadowRoot && findVideo(element.shadowRoot);
      if (inside) return inside;
    }
  };
  const look = () => {
    const video = findVideo(document);
    if (video) video.requestVideoFrameCallback(() => (window.firstPictureMs = performance.now()));
    else requestAnimationFrame(look);
  };
  look();
  addEventListener('click', ({ timeStamp }) => (window.clickedMs = timeStamp), { capture: true });
})();`;

export async function measureJoins(
  browser: TestBrowser,
  server: ServerProcess,
  camera: CameraWithKey,
  count: number,
): Promise<Joins> {
  const process = startCamera(server.cameraUrl, camera, FULL_RATE);
  const joins: Joins = { afterClick: [], afterLoad: [] };
  for (let i = 0; i < count; i++) {
    const viewer = await browser.open(`${server.url}/users`, async (page) => {
      await page.addInitScript(FIRST_PICTURE_SCRIPT);
    });
    await viewer.signIn('admin', server.password);
    // Waits like a person who looks at the page before clicking: by then its path to the server exists.
    await until('the page is settled', () =>
      viewer.page.evaluate(() => window.peerConnections.some((peer) => peer.connectionState === 'connected')),
    );
    await viewer.page.getByRole('link', { name: 'Cameras', exact: true }).click();
    const shownMs = await firstPicture(viewer);
    joins.afterClick.push(shownMs - (await viewer.page.evaluate(() => window.clickedMs)));
    await viewer.page.reload();
    joins.afterLoad.push(await firstPicture(viewer));
    await viewer.close();
  }
  await process.stop();
  return joins;
}

function firstPicture({ page }: TestPage): Promise<number> {
  return until('the first picture', () => page.evaluate(() => window.firstPictureMs));
}
