/**
 * The network of the bench, and one line measured in it.
 *
 *     cameras ── far side ── link ──┐
 *                                   ├── server, healthy viewer
 *     viewer ─── far side ── link ──┘
 */

import { setTimeout as delay } from 'node:timers/promises';
import type { Host } from '../../network/support/host.ts';
import { LinkEmulator } from '../../network/support/link-emulator.ts';
import { Network } from '../../network/support/network.ts';
import { HTTP_PORT, startServer } from '../../network/support/watching.ts';
import { Child } from '../../support/child-process.ts';
import type { ServerProcess } from '../../support/server-process.ts';
import { takeShownFrames } from '../shown-frames.ts';
import { addCamera } from './added-cameras.ts';
import type { Measured, Second } from './figures.ts';
import type { Line, Step } from './lines.ts';
import { sampleLuma, type LumaSample } from './luma-sample.ts';
import { Viewer, type BrowserName } from './viewer.ts';

const SERVER_ADDRESS = '10.9.0.1';
const URL = `http://${SERVER_ADDRESS}:${HTTP_PORT}`;
const WARM_UP_MS = 3_000;
/** A good line also takes that long, so that all begins alike. */
const GOOD_MS = 4_000;

export class Rig implements Disposable {
  readonly #browser: BrowserName;
  readonly #network = new Network();
  readonly #home = this.#host('home', 'near', 1);
  readonly #poor = this.#host('poor', 'far', 2);
  readonly #beside = this.#host('beside', 'near', 3);
  readonly #camera = this.#host('camera', 'cameras', 4);
  #viewersLink!: LinkEmulator;
  #camerasLink!: LinkEmulator;

  static async make(browser: BrowserName): Promise<Rig> {
    const rig = new Rig(browser);
    const { near, far } = { near: [rig.#home, rig.#beside], far: rig.#poor };
    rig.#viewersLink = await LinkEmulator.join(rig.#network, ['near', 'far'], [...near, far]);
    rig.#camerasLink = await LinkEmulator.join(rig.#network, ['near', 'cameras'], [rig.#camera]);
    return rig;
  }

  private constructor(browser: BrowserName) {
    this.#browser = browser;
  }

  async measure(line: Line, seconds: number): Promise<Measured> {
    await using open = new AsyncDisposableStack();
    const needsCameras = (line.cameras ?? 1) > 1 || line.isOfCamera === true;
    const server = open.use(await startServer(this.#home, needsCameras ? { VIGIE_DEMO: '0' } : {}));
    const link = line.isOfCamera ? this.#camerasLink : this.#viewersLink;
    open.defer(() => link.reset());
    const poor = open.use(await this.#open(this.#poor, server, line.joins ? `${URL}/users` : URL));
    const cameras = line.cameras ?? 1;
    for (let i = 0; i < (needsCameras ? cameras : 0); i++) {
      const host = line.isOfCamera ? this.#camera : this.#home;
      open.use(await addCamera(poor, server.password, host, URL, `camera ${i + 1}`));
    }
    if (line.joins) {
      // Waits like a person who looks at the page before clicking.
      await delay(WARM_UP_MS);
      await step(link, line.steps[0]);
      const beganMs = await poor.openCameras();
      await poor.watch(cameras);
      return await this.#watch(line, poor, { beganMs, seconds });
    }
    await poor.watch(cameras);
    const beside = line.isMeasuredBeside ? open.use(await this.#open(this.#beside, server, URL)) : undefined;
    await beside?.watch(1);
    const pictures = beside && open.use(await collectPictures(this.#home, server.password));
    await delay(GOOD_MS);
    if (!line.fromTheStep) {
      await step(link, line.steps[0]);
      await delay(WARM_UP_MS);
    }
    return await this.#watch(line, beside ?? poor, { seconds, pictures });
  }

  [Symbol.dispose](): void {
    this.#viewersLink[Symbol.dispose]();
    this.#camerasLink[Symbol.dispose]();
    this.#network[Symbol.dispose]();
  }

  async #watch(
    line: Line,
    viewer: Viewer,
    options: { beganMs?: number; seconds: number; pictures?: Child | undefined },
  ): Promise<Measured> {
    const before = await viewer.figures();
    if (options.beganMs === undefined) await takeShownFrames(viewer);
    const link = line.isOfCamera ? this.#camerasLink : this.#viewersLink;
    await this.#viewersLink.counters();
    const beganMs = options.beganMs ?? (await viewer.figures()).nowMs;
    const steps = line.fromTheStep ? [...line.steps] : line.steps.slice(1);
    const total = line.seconds ?? options.seconds;
    const seconds: Second[] = [];
    const samples: LumaSample[] = [];
    let atMs = performance.now();
    for (let second = 0; second < total; second++) {
      for (const next of steps) if (next.atS === second) await step(link, next);
      await delay(Math.max(0, atMs + 1000 - performance.now()));
      const nowMs = performance.now();
      const { width } = await viewer.figures();
      const { down } = await this.#viewersLink.counters();
      seconds.push({ down, seconds: (nowMs - atMs) / 1000, width });
      atMs = nowMs;
      const sample = options.pictures && (await sampleLuma(viewer));
      if (sample) samples.push(sample);
    }
    const after = await viewer.figures();
    return {
      frames: await takeShownFrames(viewer),
      seconds,
      beganMs,
      endedMs: after.nowMs,
      // A consumer that was replaced takes its count with it.
      keyframes: Math.max(0, after.keyframes - before.keyframes),
      cameras: line.cameras ?? 1,
      capacityKbps: line.capacityKbps,
      fullWidth: before.width,
      returnAtS: line.steps[1]?.atS,
      psnrDb: options.pictures && (await psnrOf(options.pictures, samples)),
    };
  }

  #host(name: string, wire: string, number: number): Host {
    const host = this.#network.addHost(name);
    this.#network.plug(host, 'eth0', wire, `10.9.0.${number}/24`);
    return host;
  }

  #open(host: Host, server: ServerProcess, url: string): Promise<Viewer> {
    return Viewer.open(this.#browser, host, server, url);
  }
}

async function step(link: LinkEmulator, next: Step | undefined): Promise<void> {
  for (const [direction, settings] of next?.set ?? []) await link.set(direction, settings);
}

async function collectPictures(host: Host, password: string): Promise<Child> {
  const child = new Child('test/bench/network/camera-pictures.ts', [URL, password], {
    prefix: host.prefix,
    hasInput: true,
  });
  await child.line(/collecting/);
  return child;
}

async function psnrOf(child: Child, samples: readonly LumaSample[]): Promise<number> {
  child.process.stdin?.write(`${JSON.stringify(samples)}\n`);
  const [, text] = await child.line(/^([\d.]+|null)$/m, 60_000);
  return text === 'null' ? Number.NaN : Number(text);
}
