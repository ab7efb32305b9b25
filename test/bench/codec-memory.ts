/**
 * Memory of the codec processes in three situations that once made them grow:
 *
 * 1. one camera that alternates two sizes, 25 times a second, for 30 s;
 * 2. many watched cameras, of large and small pictures, that all lose their viewers;
 * 3. a new encoder for each picture: its cost.
 *
 *     npm run bench:codec-memory
 *
 * About a minute and a half. Memory is the resident set of each process (Linux only).
 */

/* oxlint-disable no-console -- this is a command; its output is its purpose */

import { setTimeout as delay } from 'node:timers/promises';
import { serverClock } from '../../server/core/clock.ts';
import { createLog } from '../../server/log.ts';
import { CodecLink } from '../../server/video/codec-link.ts';
import { encodeRequest } from '../../server/video/codec-messages.ts';
import { FrameHub } from '../../server/video/frame-hub.ts';
import { Transcoder } from '../../server/video/transcoder.ts';
import { jpegPictures } from '../support/jpeg-pictures.ts';
import { cpuMs, residentBytes } from '../support/process-figures.ts';

const FRAME_MS = 40;
const ALTERNATING_S = 30;
const SAMPLE_MS = 1_000;
const CAMERAS = 16;
const WATCHED_S = 10;
const AFTER_S = 20;
const WARM_UP = 20;
const OPENINGS = 300;

const log = createLog('silent');

/** Resident memory of each codec process, MB. */
function residentMb(transcoder: Transcoder): number[] {
  return transcoder.codecPids.map((pid) => Math.round(residentBytes(pid) / 1024 / 1024));
}

function publisher(hub: FrameHub, cameraId: string) {
  return (picture: { width: number; height: number; jpeg: Buffer }): void => {
    const receivedUs = serverClock();
    hub.publish({ cameraId, ...picture, captureUs: receivedUs - 1_000, receivedUs });
  };
}

function picturesOf(width: number, height: number, count: number) {
  return jpegPictures({ width, height, count }).map((jpeg) => ({ width, height, jpeg }));
}

async function alternatingSizes(): Promise<void> {
  const hub = new FrameHub(log);
  const transcoder = new Transcoder(hub, log);
  await delay(2_000);
  const fresh = residentMb(transcoder);
  const small = picturesOf(640, 480, 5);
  const large = picturesOf(800, 600, 5);
  const publish = publisher(hub, 'alternating');
  let encoded = 0;
  let keyframes = 0;
  const subscription = transcoder.subscribe('alternating', ({ keyframe }) => {
    encoded++;
    if (keyframe) keyframes++;
  });
  let count = 0;
  const timer = setInterval(() => {
    const [first] = count % 2 === 0 ? small : large;
    const picture = (count % 2 === 0 ? small : large)[count % 5] ?? first;
    count++;
    if (picture) publish(picture);
  }, FRAME_MS);
  const samples: number[] = [];
  for (let second = 0; second < ALTERNATING_S; second++) {
    await delay(SAMPLE_MS);
    samples.push(Math.max(...residentMb(transcoder)));
  }
  clearInterval(timer);
  subscription.close();
  await delay(AFTER_S * 1000);
  console.log(
    `alternating 640×480 and 800×600 for ${ALTERNATING_S} s: ${encoded} frames, ${keyframes} keyframes\n` +
      `  largest process, MB: fresh ${fresh.join(' ')}, after 10 s ${samples[9]}, 20 s ${samples[19]}, 30 s ${samples[29]}, ` +
      `peak ${Math.max(...samples)}; ${AFTER_S} s after the last viewer: ${residentMb(transcoder).join(' ')}`,
  );
  transcoder.close();
}

async function allViewersLeave(): Promise<void> {
  const hub = new FrameHub(log);
  const transcoder = new Transcoder(hub, log);
  const sets = [picturesOf(640, 480, 3), picturesOf(1280, 720, 3), picturesOf(1600, 1200, 3)];
  const cameras = Array.from({ length: CAMERAS }, (_, index) => ({
    publish: publisher(hub, `camera${index}`),
    subscription: transcoder.subscribe(`camera${index}`, () => undefined),
    pictures: sets[index % sets.length] ?? [],
  }));
  let count = 0;
  // All of them together at a pace that two processes can follow.
  const timer = setInterval(() => {
    const camera = cameras[count % CAMERAS];
    const picture = camera?.pictures[Math.floor(count / CAMERAS) % 3];
    count++;
    if (picture) camera?.publish(picture);
  }, 12);
  await delay(WATCHED_S * 1000);
  const watched = residentMb(transcoder);
  clearInterval(timer);
  for (const { subscription } of cameras) subscription.close();
  await delay(AFTER_S * 1000);
  console.log(
    `${CAMERAS} cameras of 640×480 … 1600×1200 watched for ${WATCHED_S} s, then none\n` +
      `  processes, MB: watched ${watched.join(' ')}; ${AFTER_S} s after the last viewer: ${residentMb(transcoder).join(' ')}`,
  );
  transcoder.close();
}

/** @returns CPU time of the codec process for one VGA keyframe, ms */
async function keyframeCpuMs(bitrates: readonly number[]): Promise<number> {
  const jpegs = jpegPictures({ width: 640, height: 480, count: 10 });
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  let answered = -1;
  let startMs = 0;
  const next = () => {
    answered++;
    if (answered === WARM_UP) startMs = cpuMs(link.pid ?? 0);
    if (answered === WARM_UP + OPENINGS) {
      resolve((cpuMs(link.pid ?? 0) - startMs) / OPENINGS);
      return link.end('done');
    }
    const jpeg = jpegs[answered % jpegs.length] ?? Buffer.alloc(0);
    const bitrateBps = bitrates[answered % bitrates.length] ?? 0;
    const full = { bitrateBps, encode: true, keyframe: true };
    link.ask(1, encodeRequest({ captureUs: answered * 40_000, luma: false, rungs: { full } }), jpeg);
  };
  const link = new CodecLink(
    {
      onReady: next,
      onAnswer: next,
      onRejected: (_encoder, reason) => reject(new Error(reason)),
      onEnd: ({ reason }) => reject(new Error(reason)),
    },
    { startTimeoutMs: 10_000, answerTimeoutMs: 10_000 },
  );
  return promise;
}

async function openings(): Promise<void> {
  const kept = await keyframeCpuMs([1_000_000]);
  const opened = await keyframeCpuMs([1_000_000, 900_000]);
  console.log(
    `a VGA keyframe: ${kept.toFixed(2)} ms of CPU with an open encoder, ${opened.toFixed(2)} ms with one opened anew ` +
      `(+${(opened - kept).toFixed(2)} ms)`,
  );
}

await alternatingSizes();
await allViewersLeave();
await openings();
