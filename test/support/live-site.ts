import type { CameraWithKey } from '../../server/wire/camera.ts';
import { TestBrowser } from './browser.ts';
import { startCamera } from './camera-process.ts';
import { ServerProcess } from './server-process.ts';

export interface LiveSite {
  server: ServerProcess;
  /** Live from the beginning. */
  door: CameraWithKey;
  browser: TestBrowser;
  /** @param expected problems of pages that the test causes */
  close: (expected?: RegExp) => Promise<void>;
}

/** A server, one camera that sends, and a browser. */
export async function liveSite(): Promise<LiveSite> {
  const server = await ServerProcess.start();
  const door = await (await server.admin()).addCamera('Front door');
  const camera = startCamera(server.cameraUrl, door);
  const browser = await TestBrowser.launch();
  return {
    server,
    door,
    browser,
    close: async (expected) => {
      await browser.close();
      await camera.stop();
      await server.stop();
      browser.assertNoProblems(expected);
    },
  };
}
