/**
 * Kills the server at random moments while two cameras record, and cuts its power: what was not forced onto the disk by then
 * is lost or becomes zeros. Sees to it that the index agrees with the folder after each, that every file opens in ffprobe and in
 * Chromium, and that no more than two seconds are lost; prints how much it was.
 *
 *     npm run torture:recording                           30 kills and 10 power cuts
 *     npm run torture:recording -- --kills 5 --cuts 2 --seed 7
 */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { DEFAULT_RECORDING } from '../../server/recording/default-recording.ts';
import { REPAIR_SUFFIX } from '../../server/recording/repair-webm.ts';
import { parseRecordingPath } from '../../server/recording/recording-path.ts';
import { randomSequence } from '../../server/virtual-camera/scene-palette.ts';
import type { CameraWithKey } from '../../server/wire/camera.ts';
import type { RecordedSegment, Timeline } from '../../server/wire/recording.ts';
import { median } from '../bench/percentiles.ts';
import { TestBrowser, type TestPage } from '../support/browser.ts';
import { startCamera } from '../support/camera-process.ts';
import { ensureChromium } from '../support/chromium.ts';
import { installOnDebian } from '../support/debian-packages.ts';
import { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';

type Blow = 'kill' | 'cut';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '30' },
    cuts: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 100_000) },
  },
});
const [KILLS, CUTS, SEED] = [Number(values.kills), Number(values.cuts), Number(values.seed)];
const MAX_LOSS_MS = 2_000;
const FPS = 15;
const LONGEST_LIFE_MS = 6_000;
/** Some are killed again while they start, when they repair what the last blow left. */
const STARTING_SHARE = 0.2;
const LONGEST_START_MS = 900;
const JOURNAL = 'synced.jsonl';

const losses: Record<Blow, number[]> = { kill: [], cut: [] };
const counts = { whileStarting: 0, repaired: 0, takenIn: 0, removed: 0, missing: 0 };

ensureChromium();
if (spawnSync('ffprobe', ['-version']).status !== 0) installOnDebian(['ffmpeg']);
const random = randomSequence(SEED);
process.stdout.write(`seed ${SEED}: ${KILLS} kills and ${CUTS} power cuts\n`);

const server = await ServerProcess.start({
  prefix: [
    'env',
    `VIGIE_SYNC_JOURNAL=${JOURNAL}`,
    `NODE_OPTIONS=--import=${import.meta.resolve('./sync-journal.ts')}`,
  ],
});
// Also when an assertion ends this.
process.once('exit', () => server.child.process.kill('SIGKILL'));
const recordings = join(server.folder, 'data', 'recordings');
let admin = await server.admin();
const cameras = [await admin.addCamera('One'), await admin.addCamera('Two')];
for (const { id } of cameras)
  await admin.request('PUT', `/cameras/${id}/recording`, {
    ...DEFAULT_RECORDING,
    mode: 'continuous',
    fps: FPS,
  });
// Who the cameras are is to outlive the cuts: what the index learns from here on may be lost.
await server.child.stop();
await start();
const devices = cameras.map((camera) => startCamera(server.cameraUrl, camera, ['--fps', String(FPS)]));
process.once('exit', () => devices.forEach((device) => device.process.kill()));

const blows: Blow[] = [...Array<Blow>(KILLS).fill('kill'), ...Array<Blow>(CUTS).fill('cut')];
for (const blow of blows.toSorted(() => random() - 0.5)) await strike(blow);
await untilRecording();
for (const device of devices) await device.stop();
await server.child.stop();
await start();
const survivors = await checkIndex();
const browser = await TestBrowser.launch();
const viewer = await browser.open(server.url);
await viewer.signIn('admin', server.password);
for (const segment of survivors) checkWithFfprobe(segment);
for (const segment of survivors) await checkInChromium(viewer, segment);
await browser.close();
await server.stop();

const worst = Math.max(...losses.kill, ...losses.cut);
process.stdout.write(`
${survivors.length} segments open in ffprobe and Chromium; ${counts.whileStarting} more kills fell while the server started
put in order at the starts: ${counts.repaired} repaired, ${counts.takenIn} taken in, ${counts.removed} without a picture removed, ${counts.missing} entries without a file
                     lost, ms: p50   max
${KILLS} kills, two cameras        ${figures(losses.kill)}
${CUTS} power cuts, two cameras   ${figures(losses.cut)}
`);
assert.ok(worst <= MAX_LOSS_MS, `${worst} ms were lost, which is more than ${MAX_LOSS_MS}`);

interface CheckedSegment extends RecordedSegment {
  cameraId: string;
  path: string;
}

async function strike(blow: Blow): Promise<void> {
  const sinceMs = await untilRecording();
  await delay(random() * LONGEST_LIFE_MS);
  const killedMs = Date.now();
  await server.kill();
  if (blow === 'cut') cutBack();
  if (random() < STARTING_SHARE) await killWhileStarting();
  await start();
  const segments = await checkIndex();
  for (const [index, { id }] of cameras.entries()) {
    // A recording that is gone altogether lost no more than its content.
    const lastMs = segments
      .filter(({ cameraId, startMs }) => cameraId === id && startMs < killedMs)
      .reduce((latest, { endMs }) => Math.max(latest, endMs), sinceMs[index] ?? 0);
    losses[blow].push(killedMs - lastMs);
  }
}

async function start(): Promise<void> {
  await server.start();
  admin = await server.admin();
  const line = server.child.output.split('\n').findLast((text) => text.includes('were put in order'));
  for (const name of ['repaired', 'takenIn', 'removed', 'missing'] as const)
    counts[name] += Number(new RegExp(`"${name}":(\\d+)`).exec(line ?? '')?.[1] ?? 0);
}

async function killWhileStarting(): Promise<void> {
  const starting = server.start().catch(() => undefined);
  await delay(random() * LONGEST_START_MS);
  await server.kill();
  await starting;
  counts.whileStarting++;
}

/** @returns when each camera's open recording began */
function untilRecording(): Promise<number[]> {
  return Promise.all(
    cameras.map(({ id }) =>
      until('it is recorded', async () => {
        const { segments } = await timelineOf(id);
        return segments.find(({ open, startMs, endMs }) => open && endMs > startMs)?.startMs;
      }),
    ),
  );
}

async function timelineOf(cameraId: string): Promise<Timeline> {
  const now = Date.now();
  const range = `from=${now - 24 * 3_600_000}&to=${now + 3_600_000}`;
  return admin.request<Timeline>('GET', `/cameras/${cameraId}/timeline?${range}`);
}

/** Checks that index and folder agree, apart from what is being written. */
async function checkIndex(): Promise<CheckedSegment[]> {
  const segments = (await Promise.all(cameras.map(segmentsOf))).flat();
  const onDisk = globSync('*/*/*.webm', { cwd: recordings }).toSorted();
  const open = new Set(segments.filter((segment) => segment.open).map(({ path }) => path));
  const whole = segments.filter((segment) => !segment.open);
  const paths = new Set(onDisk.map((path) => join(recordings, path)));
  for (const { path, bytes } of whole) {
    assert.ok(paths.has(path), `${path} is in the index and not in the folder`);
    assert.equal(statSync(path).size, bytes, path);
  }
  const indexed = new Set(segments.map(({ path }) => path));
  // A recording that begins this moment is in the folder before it is asked about here, or after.
  const strangers = [...paths].filter((path) => !indexed.has(path) && !open.has(path));
  const known = new Set((await Promise.all(cameras.map(segmentsOf))).flat().map(({ path }) => path));
  for (const path of strangers) assert.ok(known.has(path), `${path} is in the folder and not in the index`);
  return whole;
}

async function segmentsOf({ id }: CameraWithKey): Promise<CheckedSegment[]> {
  const { segments } = await timelineOf(id);
  return segments.map((segment) => ({ ...segment, cameraId: id, path: pathOf(id, segment.startMs) }));
}

function pathOf(cameraId: string, startMs: number): string {
  const found = globSync(`${cameraId}/*/*.webm`, { cwd: recordings }).find(
    (path) => parseRecordingPath(path)?.startMs === startMs,
  );
  return join(recordings, found ?? `${cameraId} at ${startMs}`);
}

/** Data without a finished datasync may be gone, partial or zeros. */
function cutBack(): void {
  const journal = join(server.folder, JOURNAL);
  const synced = new Map<string, number>();
  for (const line of existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').filter(Boolean) : []) {
    const { path, size } = JSON.parse(line) as { path: string; size: number };
    synced.set(path, size);
    // A repaired file has taken the place of the broken one once its own name is gone.
    if (path.endsWith(REPAIR_SUFFIX) && !existsSync(path))
      synced.set(path.slice(0, -REPAIR_SUFFIX.length), size);
  }
  for (const name of globSync('*/*/*', { cwd: recordings })) {
    const path = join(recordings, name);
    const { size } = statSync(path);
    const sure = synced.get(path) ?? 0;
    if (sure >= size) continue;
    const left = sure + Math.floor(random() * (size - sure));
    if (left === 0) {
      rmSync(path);
      continue;
    }
    const zeros = random() < 0.5 ? left - sure : 0;
    truncateSync(path, left - zeros);
    truncateSync(path, left);
  }
  // The index: the tail of its log was never forced onto the disk.
  const log = join(server.folder, 'data', 'vigie.db-wal');
  if (existsSync(log)) truncateSync(log, Math.floor(random() * statSync(log).size));
}

function checkWithFfprobe({ path, startMs, endMs }: CheckedSegment): void {
  const options = ['-v', 'error', '-count_frames', '-of', 'json', '-show_entries'];
  const shown = 'stream=codec_name,nb_read_frames:format=duration';
  const { status, stdout, stderr } = spawnSync('ffprobe', [...options, shown, path], { encoding: 'utf8' });
  assert.deepEqual([status, stderr], [0, ''], path);
  const { streams, format } = JSON.parse(stdout) as {
    streams: { codec_name: string; nb_read_frames: string }[];
    format: { duration: string };
  };
  assert.equal(streams[0]?.codec_name, 'vp8', path);
  assert.ok(Number(streams[0]?.nb_read_frames) > 0, path);
  const lengthMs = Number(format.duration) * 1000;
  assert.ok(Math.abs(lengthMs - (endMs - startMs)) < 250, `${path}: ${lengthMs} ms, not ${endMs - startMs}`);
}

/** To its end and back to its beginning. */
async function checkInChromium({ page }: TestPage, { cameraId, id, path }: CheckedSegment): Promise<void> {
  const problem = await page.evaluate(async (source) => {
    const video = document.createElement('video');
    video.muted = true;
    const happens = (name: string): Promise<void> =>
      new Promise((resolve, reject) => {
        video.addEventListener(name, () => resolve(), { once: true });
        video.addEventListener('error', () => reject(new Error(video.error?.message)), { once: true });
      });
    try {
      const loaded = happens('loadeddata');
      video.src = source;
      await loaded;
      if (!Number.isFinite(video.duration)) return `its length is ${video.duration}`;
      for (const seconds of [Math.max(0, video.duration - 0.01), 0]) {
        const shown = happens('seeked');
        video.currentTime = seconds;
        await shown;
      }
      return video.videoWidth > 0 ? '' : 'it has no picture';
    } catch (error) {
      return String(error);
    }
  }, `/api/cameras/${cameraId}/recordings/${id}.webm`);
  assert.equal(problem, '', path);
}

function figures(lost: readonly number[]): string {
  if (lost.length === 0) return '    –     –';
  return `${median(lost).toFixed(0).padStart(5)} ${Math.max(...lost)
    .toFixed(0)
    .padStart(5)}`;
}
