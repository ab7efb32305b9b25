/** Many cameras of different sizes, watched by one viewer who leaves: the memory of their encoders is released. */

import { setTimeout as delay } from 'node:timers/promises';
import type { CameraWithKey } from '../../../server/wire/camera.ts';
import {
  alternatingCamera,
  AlternatingPictures,
  type PictureKind,
} from '../../support/alternating-pictures.ts';
import { openVisit } from '../../support/visit.ts';
import { strangersAddress, type Attack } from '../attack.ts';

interface Given {
  token: string;
  cameras: CameraWithKey[];
}

const CAMERAS = 20;
const FPS = 3;
/** The rest of the time the cameras are connected without a viewer. */
const WATCHED_SHARE = 0.75;
const CONSENT_INTERVAL_MS = 4_000;
/** None so large that encoding it alone takes longer than a frame of the live camera lasts. */
const SIZES = [
  [320, 240],
  [400, 296],
  [640, 480],
  [800, 600],
] as const;

export const attack: Attack<Given> = {
  name: 'leaving-cameras',
  title: `${CAMERAS} watched cameras of ${SIZES.length} sizes whose viewer leaves`,
  prepare: async (stage) => ({
    token: await stage.attackerToken(),
    cameras: stage.otherCameras.slice(0, CAMERAS),
  }),
  run: async ({ port, cameraUrl, untilMs, given }) => {
    const startedMs = Date.now();
    const cameras = given.cameras.map((camera, index) => {
      const [width, height] = SIZES[index % SIZES.length] ?? SIZES[0];
      const kind: PictureKind = { width, height, format: index % 2 === 0 ? '4:2:2' : '4:2:0' };
      return alternatingCamera(cameraUrl, camera, new AlternatingPictures([kind], 1), FPS);
    });
    for (const camera of cameras) camera.start();
    const ids = given.cameras.map(({ id }) => id);
    const visit = await openVisit(port, given.token, ids, { from: strangersAddress(9, 0) });
    let frames = 0;
    visit.viewer.on('rtp', ({ header }) => {
      if (header.marker) frames++;
    });
    const leaveMs = startedMs + (untilMs - startedMs) * WATCHED_SHARE;
    while (Date.now() < leaveMs) {
      visit.viewer.renewConsent();
      await delay(Math.min(CONSENT_INTERVAL_MS, Math.max(0, leaveMs - Date.now())));
    }
    visit.close();
    await delay(Math.max(0, untilMs - Date.now()));
    for (const camera of cameras) camera.close();
    return { cameras: cameras.length, 'frames watched': frames };
  },
};
