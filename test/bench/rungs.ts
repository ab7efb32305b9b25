/**
 * Measures the cost of each rung of a VGA camera: CPU time (user + system) of a codec process per picture, JPEG in to
 * VP8 out, for the full picture alone, with each smaller one beside it, and for each smaller one alone, in alternating
 * runs.
 *
 *     npm run bench:transcode
 *
 * Targets: beside the full picture `small` costs less than 0.35 of it, `tiny` less than 0.15.
 */

/* oxlint-disable no-console -- this is a command; its output is its purpose */

import { rungsOf, type RungName } from '../../server/core/video/rungs.ts';
import { CodecLink } from '../../server/video/codec-link.ts';
import { encodeRequest, type RungRequests } from '../../server/video/codec-messages.ts';
import { realFootage } from '../support/footage.ts';
import { jpegPictures } from '../support/jpeg-pictures.ts';
import { cpuMs } from '../support/process-figures.ts';

const FPS = 25;
const FRAMES = 300;
const WARM_UP_FRAMES = 50;
const ROUNDS = 4;
const TARGETS: Partial<Record<RungName, number>> = { small: 0.35, tiny: 0.15 };
const RUNGS = rungsOf(640, 480, FPS);

/** @returns ms per picture */
function run(jpegs: readonly Buffer[], names: readonly RungName[]): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const rungs: RungRequests = {};
  for (const { name, bitrateBps } of RUNGS)
    if (names.includes(name)) rungs[name] = { bitrateBps, encode: true, keyframe: false };
  let [answered, startMs] = [0, 0];
  const next = () => {
    if (answered === WARM_UP_FRAMES) startMs = cpuMs(link.pid ?? 0);
    if (answered === WARM_UP_FRAMES + FRAMES) {
      resolve((cpuMs(link.pid ?? 0) - startMs) / FRAMES);
      return link.end('done');
    }
    const captureUs = Math.round((answered * 1e6) / FPS);
    const jpeg = jpegs[answered % jpegs.length] ?? Buffer.alloc(0);
    link.ask(1, encodeRequest({ captureUs, luma: false, rungs }), jpeg);
  };
  const link = new CodecLink(
    {
      onReady: next,
      onAnswer: (_reply, _data, isLast) => {
        if (!isLast) return;
        answered++;
        next();
      },
      onRejected: (_encoder, reason) => reject(new Error(reason)),
      onEnd: ({ reason }) => reject(new Error(reason)),
    },
    { startTimeoutMs: 10_000, answerTimeoutMs: 10_000 },
  );
  return promise;
}

const footage = realFootage();
const jpegs = footage ?? jpegPictures({ width: 640, height: 480, count: 150 });
console.log(
  `\nRungs of a VGA camera, ${footage ? 'real footage' : 'generated pictures'}, best of ${ROUNDS} runs`,
);
const smaller = RUNGS.slice(1).map(({ name }) => name);
const sets: RungName[][] = [['full'], ...smaller.flatMap((name) => [[name], ['full', name] as RungName[]])];
const costs = sets.map(() => Infinity);
for (let round = 0; round < ROUNDS; round++)
  for (const [index, names] of sets.entries())
    // Other load of the machine only adds to a run.
    costs[index] = Math.min(costs[index] ?? Infinity, await run(jpegs, names));
const [fullMs = Number.NaN] = costs;
console.log(`  full            ${fullMs.toFixed(2)} ms CPU/picture`);
for (const [index, name] of smaller.entries()) {
  const [aloneMs = Number.NaN, besideMs = Number.NaN] = costs.slice(1 + 2 * index, 3 + 2 * index);
  const share = (besideMs - fullMs) / fullMs;
  const target = TARGETS[name];
  const verdict = target === undefined ? '' : `, target ${target} ${share < target ? 'reached' : 'MISSED'}`;
  console.log(
    `  ${name.padEnd(16)}${aloneMs.toFixed(2)} ms alone, ${(besideMs - fullMs).toFixed(2)} ms beside the full picture: ` +
      `${share.toFixed(2)} of it${verdict}`,
  );
}
