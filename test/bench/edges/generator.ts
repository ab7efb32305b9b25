/** A site of `bench:edges` as a process: many cameras whose frames are random bytes, published as a real site does it. */

import { randomBytes } from 'node:crypto';
import { serverClock } from '../../../server/core/clock.ts';
import type { EncodedFrame, OnEncodedFrame } from '../../../server/core/video/encoded-frame.ts';
import type { FrameSource } from '../../../server/core/video/frame-source.ts';
import { NatsLink } from '../../../server/edges/nats-link.ts';
import { SiteFrames } from '../../../server/edges/site-frames.ts';
import { SiteUplink } from '../../../server/edges/site-uplink.ts';
import { createLog } from '../../../server/log.ts';
import { NO_VIDEO } from '../../support/no-video.ts';
import { FPS, FRAME_BYTES, stamp, type Command, type NodeSettings, type Report } from './messages.ts';

const settings = JSON.parse(process.argv[2] ?? '{}') as NodeSettings;
const log = createLog('error');

const data = randomBytes(FRAME_BYTES);

class Cameras implements FrameSource {
  readonly #wanted = new Map<string, { onFrame: OnEncodedFrame; isKeyframeDue: boolean }>();
  readonly #timers = settings.cameraIds.map((cameraId, index) => {
    const begin = (index * 1000) / FPS / settings.cameraIds.length;
    return setTimeout(() => {
      this.#timers[index] = setInterval(() => this.#make(cameraId), 1000 / FPS);
    }, begin);
  });

  subscribeRung(cameraId: string, _demand: unknown, onFrame: OnEncodedFrame) {
    const wanted = { onFrame, isKeyframeDue: true };
    this.#wanted.set(cameraId, wanted);
    return {
      limit: () => undefined,
      requestKeyframe: () => void (wanted.isKeyframeDue = true),
      close: () => void this.#wanted.delete(cameraId),
    };
  }

  rungsOf(cameraId: string) {
    return NO_VIDEO.rungsOf(cameraId);
  }

  #make(cameraId: string): void {
    const wanted = this.#wanted.get(cameraId);
    if (!wanted) return;
    const keyframe = wanted.isKeyframeDue;
    wanted.isKeyframeDue = false;
    // Sealed, and so copied, before the next one is made.
    data.writeUInt8(keyframe ? 0x10 : 0x11);
    stamp(data);
    const us = serverClock();
    const times = { captureUs: us, receivedUs: us, decodeStartUs: us, decodedUs: us, encodedUs: us };
    const size = { width: 640, height: 480 };
    wanted.onFrame({
      cameraId,
      rung: 'full',
      layer: undefined,
      data,
      keyframe,
      repeated: false,
      timestamp90k: Math.floor((us * 90) / 1000) % 2 ** 32,
      ...times,
      ...size,
    } satisfies EncodedFrame);
  }
}

const link = new NatsLink({
  urls: [settings.url],
  name: settings.site,
  credentials: settings.credentials,
  log,
});
const frames = new SiteFrames({
  site: settings.site,
  link,
  uplink: new SiteUplink(link, serverClock),
  source: new Cameras(),
  mayHave: () => true,
  clock: serverClock,
  log,
});
let before = frames.stats;
let cpu = process.cpuUsage();
process.on('message', (command: Command) => {
  if (command === 'stop') process.exit();
  const now = frames.stats;
  const { user, system } = process.cpuUsage(cpu);
  cpu = process.cpuUsage();
  const report: Report = {
    frames: now.frames - before.frames,
    bytes: now.bytes - before.bytes,
    cpuUs: user + system,
    agesUs: [],
    lost: now.leftOut - before.leftOut,
  };
  before = now;
  process.send?.(report);
});
