/**
 * `npm run bench:motion`: hits and false alarms of Vigie's motion and of plain frame differencing on the same pictures,
 * and the cost of an analysis.
 *
 * Still scenes (an OV2640's own pictures) must raise no event whatever light, lamps, rain and the sensor do; the real
 * street must raise one, in an empty zone within a second of the first walker.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AV_LOG_QUIET } from 'node-av/constants';
import { Log } from 'node-av/lib';
import type { LumaFrame } from '../../server/core/video/luma-frame.ts';
import {
  MOTION_DEFAULTS,
  MotionDetector,
  type MotionSettings,
} from '../../server/core/motion/motion-detector.ts';
import type { EpisodeChange } from '../../server/core/motion/motion-episodes.ts';
import { realFootage } from '../support/footage.ts';
import { FrameDifferencing } from './motion/frame-differencing.ts';
import { lumaPictures } from './motion/pictures.ts';
import {
  exposure,
  lampFlicker,
  lumaFrame,
  rain,
  sensorNoise,
  type Disturbance,
  type Picture,
} from './motion/scene.ts';

const ANALYSES_PER_SECOND = 5;
const STILL_SECONDS = 120;
const STILL_PICTURES = 3;
const STREET_FPS = 10;
/** A part of the street's path that is empty until the walker in blue, whose first pixels enter in picture 183. */
const EMPTY_ZONE = {
  id: 'path',
  points: [
    [0, 0.28],
    [0.25, 0.28],
    [0.25, 0.42],
    [0, 0.42],
  ],
} as const;
const ENTERS_MS = (183 / STREET_FPS) * 1000;
const LAWN = {
  id: 'lawn',
  points: [
    [0, 0.55],
    [0.25, 0.55],
    [0.45, 0.75],
    [0.45, 1],
    [0, 1],
  ],
} as const;

interface Analyser {
  analyse(frame: LumaFrame): readonly EpisodeChange[];
}

interface Outcome {
  events: number;
  /** Share of the analyses during which an event was active. */
  covered: number;
  /** When the first event was raised. */
  firstMs: number | undefined;
}

function watch(analyser: Analyser, frames: readonly LumaFrame[]): Outcome {
  let events = 0;
  let going = 0;
  let active = false;
  let firstMs: number | undefined;
  for (const frame of frames) {
    const [change] = analyser.analyse(frame);
    if (change?.type === 'started') {
      events++;
      active = true;
      firstMs ??= frame.captureUs / 1000;
    }
    if (change?.type === 'ended') active = false;
    if (active) going++;
  }
  return { events, covered: going / frames.length, firstMs };
}

function still(picture: Picture, disturbances: readonly Disturbance[]): LumaFrame[] {
  return Array.from({ length: STILL_SECONDS * ANALYSES_PER_SECOND }, (_, index) =>
    lumaFrame(picture, disturbances, (index * 1000) / ANALYSES_PER_SECOND),
  );
}

function street(pictures: readonly Picture[], disturbances: readonly Disturbance[]): LumaFrame[] {
  const step = STREET_FPS / ANALYSES_PER_SECOND;
  return pictures
    .filter((_, index) => index % step === 0)
    .map((picture, index) => lumaFrame(picture, disturbances, (index * 1000) / ANALYSES_PER_SECOND));
}

const NOISE = 4;
/** Another gain every ten seconds, at once. */
const gainSteps = exposure(
  (timeMs) => [1, 1.6, 0.6, 1.25, 0.8, 2, 0.5][Math.floor(timeMs / 10_000) % 7] ?? 1,
);
const dusk = exposure((timeMs) => 0.1 ** (timeMs / (STILL_SECONDS * 1000)));
const noise = sensorNoise(NOISE, 1);
const duskNoise = sensorNoise((timeMs) => NOISE * (1 + (2 * timeMs) / (STILL_SECONDS * 1000)), 2);

const STILL_SCENES: Record<string, Disturbance[]> = {
  'sensor noise': [noise],
  'gain steps': [gainSteps, noise],
  'flicker, 50 Hz lamp': [lampFlicker(0.25), noise],
  'slow dusk': [dusk, duskNoise],
  rain: [rain(120, 3), noise],
  'heavy rain': [rain(400, 4), noise],
  'all at once': [gainSteps, lampFlicker(0.25), rain(120, 5), noise],
};
const STREET_SCENES: Record<string, Disturbance[]> = {
  unchanged: [],
  'with noise': [noise],
  'with gain steps': [gainSteps, noise],
  'with flicker': [lampFlicker(0.25), noise],
  'with rain': [rain(120, 6), noise],
};

Log.setLevel(AV_LOG_QUIET);
const print = (text: string): void => void process.stdout.write(`${text}\n`);
const cell = (text: string | number, width: number): string => String(text).padStart(width);

const folder = join(process.env['VIGIE_FOOTAGE_DIR'] ?? '../shared/footage', 'ov2640');
const stills = lumaPictures(
  readdirSync(folder)
    .toSorted()
    .slice(0, STILL_PICTURES)
    .map((name) => readFileSync(join(folder, name))),
);
const walkers = lumaPictures(realFootage() ?? []);

const ways: Record<string, (settings: MotionSettings) => Analyser> = {
  Vigie: (settings) => new MotionDetector(settings),
  'frames differ > 8': (settings) => new FrameDifferencing(settings, 8),
  'frames differ > 13': (settings) => new FrameDifferencing(settings, 13),
  'frames differ > 20': (settings) => new FrameDifferencing(settings, 20),
};
const names = Object.keys(ways);

print(
  `False alarms: events in ${STILL_SECONDS} s of a still scene (0 is right), ${stills.length} pictures each\n`,
);
print(`${''.padEnd(24)}${names.map((name) => cell(name, 20)).join('')}`);
let failed = false;
for (const [scene, disturbances] of Object.entries(STILL_SCENES)) {
  const row = names.map(() => 0);
  for (const picture of stills) {
    const frames = still(picture, disturbances);
    names.forEach((name, index) => {
      row[index] = (row[index] ?? 0) + watch(ways[name]?.(MOTION_DEFAULTS) as Analyser, frames).events;
    });
  }
  failed ||= row[0] !== 0;
  print(`${scene.padEnd(24)}${row.map((events) => cell(events, 20)).join('')}`);
}

print(
  `\nHits: share of the analyses of the street, people in nearly all of them, that an event covers (1 is right)\n`,
);
for (const [scene, disturbances] of Object.entries(STREET_SCENES)) {
  const frames = street(walkers, disturbances);
  const shares = names.map((name) =>
    watch(ways[name]?.(MOTION_DEFAULTS) as Analyser, frames).covered.toFixed(2),
  );
  print(`${scene.padEnd(24)}${shares.map((share) => cell(share, 20)).join('')}`);
}

print(
  `\nAn empty zone: ms from the walker's first pixel in it to the event (events in the zone before; on the lawn, always)\n`,
);
for (const [scene, disturbances] of Object.entries(STREET_SCENES)) {
  const frames = street(walkers, disturbances);
  const cells = names.map((name) => {
    const { firstMs } = watch(ways[name]?.({ ...MOTION_DEFAULTS, zones: [EMPTY_ZONE] }) as Analyser, frames);
    const lawn = watch(ways[name]?.({ ...MOTION_DEFAULTS, zones: [LAWN] }) as Analyser, frames);
    if (name === 'Vigie')
      failed ||= !(firstMs !== undefined && firstMs >= ENTERS_MS && firstMs <= ENTERS_MS + 1000);
    if (name === 'Vigie') failed ||= lawn.events > 0;
    const delay =
      firstMs === undefined ? 'never' : firstMs < ENTERS_MS ? 'too early' : (firstMs - ENTERS_MS).toFixed(0);
    return `${delay} (lawn ${lawn.events})`;
  });
  print(`${scene.padEnd(24)}${cells.map((text) => cell(text, 20)).join('')}`);
}

const frames = street(walkers, [noise]);
const detector = new MotionDetector(MOTION_DEFAULTS);
for (let round = 0; round < 20; round++) for (const frame of frames) detector.analyse(frame);
const rounds = 40;
const startedMs = performance.now();
for (let round = 0; round < rounds; round++) for (const frame of frames) detector.analyse(frame);
const analysisMs = (performance.now() - startedMs) / (rounds * frames.length);
print(
  `\nCost: ${analysisMs.toFixed(3)} ms per analysis, ${(analysisMs * ANALYSES_PER_SECOND * 0.1).toFixed(3)} % of a core at ${ANALYSES_PER_SECOND} a second`,
);
if (failed) process.exitCode = 1;
