/**
 * The cost of one frame, JPEG in to VP8 out: CPU time (user + system) of Vigie's codec process, compared with the
 * ffmpeg command line doing the same job at the same bitrate, in alternating runs; and the quality of the resulting
 * pictures.
 *
 *     npm run bench:transcode
 *
 * ffmpeg gets every advantage: one thread, the fast scaler, its start-up not counted. Targets: at most 0.60 of ffmpeg
 * at `-deadline realtime -cpu-used 8`, at most 0.85 of ffmpeg at `-cpu-used -8`.
 */

/* oxlint-disable no-console -- this is a command; its output is its purpose */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { AV_LOG_QUIET } from 'node-av/constants';
import { Log } from 'node-av/lib';
import { videoBitrateBps } from '../../server/core/video/video-bitrate.ts';
import { CodecLink } from '../../server/video/codec-link.ts';
import { encodeRequest } from '../../server/video/codec-messages.ts';
import { JpegDecoder } from '../../server/video/jpeg-decoder.ts';
import { realFootage, scaledFootage } from '../support/footage.ts';
import { jpegPictures } from '../support/jpeg-pictures.ts';
import { lumaPsnr, Vp8Reader } from '../support/vp8-reader.ts';
import { cpuMs } from '../support/process-figures.ts';

const FPS = 25;
const FRAMES = 400;
const WARM_UP_FRAMES = 100;
const ROUNDS = 4;
const SIZES = [
  { name: 'VGA', width: 640, height: 480 },
  { name: '720p', width: 1280, height: 720 },
] as const;
/** -14 is Vigie's own setting of libvpx: the comparison of the same work. */
const FFMPEG_RUNS = [
  { cpuUsed: '8', target: 0.6 },
  { cpuUsed: '-8', target: 0.85 },
  { cpuUsed: '-14', target: undefined },
] as const;

interface Job {
  jpegs: readonly Buffer[];
  bitrateBps: number;
}

interface Cost {
  cpuMsPerFrame: number;
  kbitPerSecond: number;
  psnrDb: number;
  /** The cost for the server itself of handing over the frames. */
  serverCpuMsPerFrame?: number;
}

/** Mean over the frames after the warm-up, compared with the encoder's input. */
function psnrDb(frames: readonly Uint8Array[], jpegs: readonly Buffer[]): number {
  using reader = new Vp8Reader();
  const decoder = new JpegDecoder();
  let sum = 0;
  let count = 0;
  for (const [index, frame] of frames.entries()) {
    const seen = reader.read(frame);
    if (index < WARM_UP_FRAMES || index % 5 !== 0) continue;
    const pixels = decoder.decode(jpegs[index % jpegs.length] ?? Buffer.alloc(0)).toBuffer();
    sum += lumaPsnr(seen, { ...seen, pixels });
    count++;
  }
  decoder.close();
  return sum / count;
}

function measured(frames: readonly Uint8Array[], jpegs: readonly Buffer[], cpu: number): Cost {
  const bytes = frames.slice(WARM_UP_FRAMES).reduce((sum, frame) => sum + frame.length, 0);
  return {
    cpuMsPerFrame: cpu / FRAMES,
    kbitPerSecond: (bytes * 8 * FPS) / FRAMES / 1000,
    psnrDb: psnrDb(frames, jpegs),
  };
}

/** Vigie's own codec process, always with a frame to work on, as at full capacity. */
async function runVigie({ jpegs, bitrateBps }: Job): Promise<Cost> {
  const { promise, resolve, reject } = Promise.withResolvers<Cost>();
  const frames: Uint8Array[] = [];
  let startCpuMs = 0;
  let startServer = process.cpuUsage();
  let sent = 0;
  const sendNext = () => {
    const jpeg = jpegs[sent % jpegs.length];
    const captureUs = (sent * 1e6) / FPS;
    sent++;
    const full = { bitrateBps, encode: true, keyframe: false };
    if (jpeg) link.ask(1, encodeRequest({ captureUs, luma: false, rungs: { full } }), jpeg);
  };
  const link = new CodecLink(
    {
      onReady: () => {
        sendNext();
        sendNext();
      },
      onAnswer: (_reply, data) => {
        frames.push(data);
        if (frames.length === WARM_UP_FRAMES) {
          startCpuMs = cpuMs(link.pid ?? 0);
          startServer = process.cpuUsage();
        }
        if (sent < WARM_UP_FRAMES + FRAMES) sendNext();
        if (frames.length < WARM_UP_FRAMES + FRAMES) return;
        const { user, system } = process.cpuUsage(startServer);
        const cost = measured(frames, jpegs, cpuMs(link.pid ?? 0) - startCpuMs);
        resolve({ ...cost, serverCpuMsPerFrame: (user + system) / 1000 / FRAMES });
        link.end('done');
      },
      onRejected: (_encoder, reason) => reject(new Error(reason)),
      onEnd: ({ reason }) => reject(new Error(reason)),
    },
    { startTimeoutMs: 10_000, answerTimeoutMs: 10_000 },
  );
  return promise;
}

/** The ffmpeg command line over the same pictures, its start-up and warm-up subtracted. */
function runFfmpeg({ jpegs, bitrateBps }: Job, folder: string, cpuUsed: string): Cost {
  const input = join(folder, 'in.mjpeg');
  const output = join(folder, 'out.ivf');
  const all = WARM_UP_FRAMES + FRAMES;
  const repeated = Array.from({ length: all }, (_, index) => jpegs[index % jpegs.length] ?? Buffer.alloc(0));
  writeFileSync(input, Buffer.concat(repeated));
  const cpuMsOf = (frames: number) => {
    const line =
      `-hide_banner -benchmark -threads 1 -f mjpeg -framerate ${FPS} -i INPUT -frames:v ${frames} ` +
      '-an -filter_threads 1 -pix_fmt yuv420p -color_range tv -sws_flags fast_bilinear ' +
      `-c:v libvpx -deadline realtime -cpu-used ${cpuUsed} -lag-in-frames 0 -auto-alt-ref 0 -threads 1 ` +
      '-error-resilient default -static-thresh 100 -qmin 4 -qmax 56 -g 1000000 ' +
      `-b:v ${bitrateBps} -minrate ${bitrateBps} -maxrate ${bitrateBps} -bufsize ${bitrateBps / 2} -f ivf -y OUTPUT`;
    const words = line.split(' ').map((word) => ({ INPUT: input, OUTPUT: output })[word] ?? word);
    const { stderr, status } = spawnSync('ffmpeg', words, { encoding: 'utf8' });
    const [, user, system] = /bench: utime=([\d.]+)s stime=([\d.]+)s/.exec(stderr) ?? [];
    if (status !== 0 || user === undefined || system === undefined)
      throw new Error(`ffmpeg failed: ${stderr.slice(-500)}`);
    return (Number(user) + Number(system)) * 1000;
  };
  const warmUp = cpuMsOf(WARM_UP_FRAMES);
  const total = cpuMsOf(all);
  return measured(ivfFrames(readFileSync(output)), jpegs, total - warmUp);
}

/** IVF: a 32-byte header, then for each frame its length (u32), a timestamp (u64) and its bytes. */
function ivfFrames(file: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  for (let at = 32; at + 12 <= file.length;) {
    const end = at + 12 + file.readUInt32LE(at);
    frames.push(file.subarray(at + 12, end));
    at = end;
  }
  return frames;
}

/** Other load of the machine only adds to a run, so the fastest run is closest to the truth. */
function best(costs: readonly Cost[]): Cost | undefined {
  return costs.toSorted((a, b) => a.cpuMsPerFrame - b.cpuMsPerFrame)[0];
}

function printRow(name: string, cost: Cost, comparison: string): void {
  const cameras = (1000 / FPS / cost.cpuMsPerFrame).toFixed(1);
  console.log(
    `  ${name.padEnd(22)}${cost.cpuMsPerFrame.toFixed(2)} ms CPU/frame  ${cameras} cameras/core  ` +
      `${cost.kbitPerSecond.toFixed(0)} kbit/s  ${cost.psnrDb.toFixed(2)} dB  ${comparison}`,
  );
}

function pictures(footage: Buffer[] | undefined, width: number, height: number): Buffer[] {
  if (!footage) return jpegPictures({ width, height, count: 150 });
  return width === 640 ? footage : scaledFootage(footage.slice(0, 150), width, height);
}

Log.setLevel(AV_LOG_QUIET);
const footage = realFootage();
const { status, stdout } = spawnSync('ffmpeg', ['-version'], { encoding: 'utf8' });
const ffmpegRuns = status === 0 ? FFMPEG_RUNS : [];
const folder = mkdtempSync(join(tmpdir(), 'vigie-bench-'));
console.log(
  `Node ${process.version}, ${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown processor'}`,
);
console.log(footage ? `pictures: real footage (720p: scaled up)` : 'pictures: generated, no footage found');
console.log(status === 0 ? stdout.split(' Copyright')[0] : 'ffmpeg is not installed: no comparison');
console.log(`the best of ${ROUNDS} alternating runs of ${FRAMES} frames each`);
try {
  for (const { name, width, height } of SIZES) {
    const job = { jpegs: pictures(footage, width, height), bitrateBps: videoBitrateBps(width, height, FPS) };
    const own: Cost[] = [];
    const others = ffmpegRuns.map((run) => ({ ...run, costs: new Array<Cost>() }));
    for (let round = 0; round < ROUNDS; round++) {
      own.push(await runVigie(job));
      for (const { cpuUsed, costs } of others) costs.push(runFfmpeg(job, folder, cpuUsed));
    }
    const jpegKb = job.jpegs.reduce((sum, jpeg) => sum + jpeg.length, 0) / job.jpegs.length / 1000;
    console.log(
      `\n${name} ${width}×${height}, ${jpegKb.toFixed(0)} KB a JPEG, ${job.bitrateBps / 1000} kbit/s asked for`,
    );
    const vigie = best(own);
    if (!vigie) continue;
    printRow('Vigie', vigie, `(and ${(vigie.serverCpuMsPerFrame ?? 0).toFixed(2)} ms in the server)`);
    for (const { cpuUsed, target, costs } of others) {
      const other = best(costs);
      if (!other) continue;
      const ratio = vigie.cpuMsPerFrame / other.cpuMsPerFrame;
      const verdict =
        target === undefined ? '' : `, target ${target.toFixed(2)} ${ratio <= target ? 'reached' : 'MISSED'}`;
      printRow(`ffmpeg -cpu-used ${cpuUsed}`, other, `Vigie/ffmpeg ${ratio.toFixed(2)}${verdict}`);
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}
