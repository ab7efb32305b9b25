/**
 * The server under attack: the real server with a full event log, one virtual camera at 25 fps, one viewer, and a
 * health check; each in its own process. The server's memory and descriptors are sampled every second.
 */

import type { CameraWithKey } from '../../server/wire/camera.ts';
import type { ApiSession } from '../support/api-session.ts';
import { ApiSession as Api } from '../support/api-session.ts';
import { startCamera } from '../support/camera-process.ts';
import type { Child } from '../support/child-process.ts';
import { childrenOf, descriptorCount, residentMb } from '../support/process-facts.ts';
import { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';
import { footagePath } from '../support/sample-jpegs.ts';
import type { Stage } from './attack.ts';
import type { HealthSample, Samples } from './figures.ts';
import { fillEventLog } from './full-log.ts';
import type { HealthBeginning } from './health-process.ts';
import { PROXY_ADDRESS } from '../support/http-call.ts';
import { SignedIn } from '../support/signed-in.ts';
import type { ViewerBeginning, ViewerReport } from './viewer-process.ts';
import { Worker } from './worker.ts';
import { join } from 'node:path';
import { rmSync } from 'node:fs';

export interface RigOptions {
  /** MB. */
  heap?: number | undefined;
  /** Descriptors. */
  nofile?: number | undefined;
}

const OTHER_CAMERAS = 20;
const FPS = 25;
const PASSWORD = 'a password for the torture';
const SAMPLE_MS = 1_000;
const START_TIMEOUT_MS = 60_000;
const FIRST_PICTURE_MS = 60_000;

export class Rig implements Stage {
  readonly samples: Samples = { frames: [], health: [], resources: [], absences: [] };
  readonly server: ServerProcess;
  readonly liveCamera: CameraWithKey;
  readonly otherCameras: readonly CameraWithKey[];
  readonly #camera: Child;
  readonly #viewer: Worker<ViewerReport>;
  readonly #health: Worker<HealthSample>;
  readonly #sampling: NodeJS.Timeout;
  #visits = 0;

  /** Resolves when the viewer has its picture. @throws Error when it gets none */
  static async start({ heap, nofile }: RigOptions): Promise<Rig> {
    const server = await ServerProcess.start({
      startTimeoutMs: START_TIMEOUT_MS,
      ...(nofile !== undefined && { prefix: ['prlimit', `--nofile=${nofile}`] }),
      env: {
        VIGIE_TRUSTED_PROXIES: PROXY_ADDRESS,
        VIGIE_GRPC_PORT: '0',
        ...(heap !== undefined && { NODE_OPTIONS: `--max-old-space-size=${heap}` }),
      },
    });
    // Also when a later step fails.
    process.once('exit', () => server.child.process.kill('SIGKILL'));
    const admin = await server.admin();
    const liveCamera = await admin.addCamera('Live');
    const otherCameras: CameraWithKey[] = [];
    for (let index = 1; index <= OTHER_CAMERAS; index++)
      otherCameras.push(await admin.addCamera(`Other ${index}`));
    await admin.request('POST', '/users', {
      username: 'keeper',
      password: PASSWORD,
      role: 'administrator',
      cameras: [],
    });
    await admin.addViewer('watcher', PASSWORD, [liveCamera.id]);
    const all = [liveCamera, ...otherCameras].map(({ id }) => id);
    await admin.addViewer('attacker', PASSWORD, all);
    await server.child.stop();
    fillEventLog(
      join(server.folder, 'data'),
      otherCameras.map(({ id }) => id),
    );
    await server.start();
    const rig = new Rig(server, liveCamera, otherCameras);
    try {
      await until('the viewer has its picture', () => rig.fps > 0, FIRST_PICTURE_MS);
      return rig;
    } catch (error) {
      await rig.stop();
      throw error;
    }
  }

  private constructor(
    server: ServerProcess,
    liveCamera: CameraWithKey,
    otherCameras: readonly CameraWithKey[],
  ) {
    this.server = server;
    this.liveCamera = liveCamera;
    this.otherCameras = otherCameras;
    const footage = footagePath('pedestrians-vga.mjpeg');
    const options = ['--fps', String(FPS), ...(footage === undefined ? [] : ['--footage', footage])];
    this.#camera = startCamera(server.cameraUrl, liveCamera, options);
    // Also when this process fails.
    process.once('exit', () => this.#camera.process.kill('SIGKILL'));
    this.#camera.process.stdout?.on('data', (text: Buffer) => this.#onCamera(text.toString()));
    this.#viewer = new Worker(
      'viewer-process.ts',
      {
        port: this.port,
        username: 'watcher',
        password: PASSWORD,
        cameraId: liveCamera.id,
      } satisfies ViewerBeginning,
      ({ visits, ...sample }) => {
        this.samples.frames.push(sample);
        this.#visits = visits;
      },
    );
    this.#health = new Worker('health-process.ts', { port: this.port } satisfies HealthBeginning, (sample) =>
      this.samples.health.push(sample),
    );
    this.#sampling = setInterval(() => this.#sample(), SAMPLE_MS);
  }

  get port(): number {
    return Number(new URL(this.server.url).port);
  }

  get grpcPort(): number {
    return Number(/"port":(\d+),"msg":"gRPC interface opened"/.exec(this.server.child.output)?.[1]);
  }

  get cameraUrl(): string {
    return this.server.cameraUrl;
  }

  get ownerPassword(): string {
    return this.server.password;
  }

  /** Frames the viewer got in the last second. */
  get fps(): number {
    return this.samples.frames.at(-1)?.frames ?? 0;
  }

  /** How often the viewer had to start. */
  get visits(): number {
    return this.#visits;
  }

  get isCameraAway(): boolean {
    const last = this.samples.absences.at(-1);
    return last !== undefined && last.toMs === undefined;
  }

  get serverPid(): number {
    return this.server.child.process.pid ?? 0;
  }

  /** Processes that measure, and the camera. */
  get measuringPids(): number[] {
    return [process.pid, this.#viewer.pid, this.#health.pid, this.#camera.process.pid ?? 0];
  }

  /** Lines of the server's log that report a failure in it. */
  get errorsLogged(): number {
    return this.server.child.output.match(/"level":(?:50|60)|unhandled/gi)?.length ?? 0;
  }

  administrator(): Promise<ApiSession> {
    return Api.signIn(this.server.url, 'keeper', PASSWORD);
  }

  attackerToken(): Promise<string> {
    return new SignedIn(this.port, 'attacker', PASSWORD).token();
  }

  /** Idempotent. Kills the server: its orderly stop is another test's subject. */
  async stop(): Promise<void> {
    clearInterval(this.#sampling);
    await Promise.all([this.#viewer.stop(), this.#health.stop(), this.#camera.stop('SIGKILL')]);
    await this.server.kill();
    rmSync(this.server.folder, { recursive: true, force: true });
  }

  #sample(): void {
    const codecs = childrenOf(this.serverPid);
    this.samples.resources.push({
      atMs: Date.now(),
      serverMb: residentMb(this.serverPid),
      codecMb: codecs.reduce((sum, pid) => sum + (residentMb(pid) || 0), 0),
      descriptors: descriptorCount(this.serverPid),
    });
  }

  #onCamera(text: string): void {
    const { absences } = this.samples;
    for (const line of text.split('\n')) {
      const last = absences.at(-1);
      const isAway = last !== undefined && last.toMs === undefined;
      if (line.endsWith(': online') && isAway) last.toMs = Date.now();
      if (line.includes(': offline: ') && !isAway) absences.push({ fromMs: Date.now(), toMs: undefined });
    }
  }
}
