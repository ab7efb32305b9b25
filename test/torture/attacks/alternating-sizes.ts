/** One watched camera whose every picture has another size or format: the codec's memory must not grow with it. */

import { setTimeout as delay } from 'node:timers/promises';
import type { CameraWithKey } from '../../../server/wire/camera.ts';
import { alternatingCamera, AlternatingPictures } from '../../support/alternating-pictures.ts';
import { openVisit } from '../../support/visit.ts';
import { strangersAddress, type Attack } from '../attack.ts';

interface Given {
  token: string;
  camera: CameraWithKey;
}

const FPS = 20;
const CONSENT_INTERVAL_MS = 4_000;

export const attack: Attack<Given> = {
  name: 'alternating-sizes',
  title: 'a watched camera whose every picture has another size',
  prepare: async (stage) => {
    const [, , camera] = stage.otherCameras;
    if (!camera) throw new Error('the stage has too few cameras');
    return { token: await stage.attackerToken(), camera };
  },
  run: async ({ port, cameraUrl, untilMs, given }) => {
    const pictures = new AlternatingPictures(
      [
        { width: 640, height: 480, format: '4:2:2' },
        { width: 800, height: 600, format: '4:2:0' },
      ],
      1,
    );
    const camera = alternatingCamera(cameraUrl, given.camera, pictures, FPS);
    camera.start();
    const from = strangersAddress(8, 0);
    const visit = await openVisit(port, given.token, [given.camera.id], { from });
    let frames = 0;
    visit.viewer.on('rtp', ({ header }) => {
      if (header.marker) frames++;
    });
    while (Date.now() < untilMs) {
      visit.viewer.renewConsent();
      await delay(Math.min(CONSENT_INTERVAL_MS, Math.max(0, untilMs - Date.now())));
    }
    visit.close();
    camera.close();
    return { 'frames watched': frames };
  },
};
