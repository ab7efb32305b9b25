import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog } from '../../server/log.ts';
import { DEFAULT_RECORDING } from '../../server/recording/default-recording.ts';
import { Recorder } from '../../server/recording/recorder.ts';
import { encodedFrames } from '../support/encoded-frames.ts';
import { PLENTY, RecordingRig } from '../support/recording-rig.ts';
import { ScriptedVideo } from './scripted-video.ts';

const FRAMES = encodedFrames({ count: 2 });

for (const [where, zone, hours, inside, outside] of [
  ['Tokyo', 'Asia/Tokyo', '08:00-09:00', '2026-11-27T23:30:00Z', '2026-11-27T08:30:00Z'],
  ['Paris in winter', 'Europe/Paris', '08:00-09:00', '2026-11-28T07:30:00Z', '2026-11-28T06:30:00Z'],
  ['Paris in summer', 'Europe/Paris', '08:00-09:00', '2026-08-01T06:30:00Z', '2026-08-01T07:30:00Z'],
  [
    'Paris, the hour after summer begins',
    'Europe/Paris',
    '02:30-04:00',
    '2026-03-29T01:00:00Z',
    '2026-03-29T00:59:00Z',
  ],
  [
    'Paris, the hour that comes twice',
    'Europe/Paris',
    '02:00-03:00',
    '2026-10-25T01:30:00Z',
    '2026-10-25T02:00:00Z',
  ],
] as const)
  test(`hours that were typed in ${where} are recorded there, whatever the server's own zone`, async (t) => {
    const rig = await RecordingRig.make(t);
    await rig.store.cameras.ensure('cam_1', 'Door', 'v1', 1);
    const video = Object.assign(new ScriptedVideo(FRAMES, 0), { encodeBatch: () => Promise.resolve([]) });
    const recorder = new Recorder({
      video,
      pictures: { subscribe: () => ({ close: () => undefined }) },
      library: await rig.open(),
      store: rig.store.recordings,
      limits: PLENTY,
      log: createLog('silent'),
      nowMs: () => video.nowMs,
      timeZone: () => zone,
    });
    t.after(() => recorder.close());
    recorder.addCamera('cam_1');
    const [from = '', to = ''] = hours.split('-');
    const schedule = [{ days: [0, 6], from, to }];
    const recordsAt = async (moment: string): Promise<boolean> => {
      video.nowMs = Date.parse(moment);
      await recorder.setSettings('cam_1', { ...DEFAULT_RECORDING, mode: 'continuous', schedule });
      return recorder.isRecording('cam_1');
    };
    assert.deepEqual([await recordsAt(inside), await recordsAt(outside)], [true, false]);
  });
