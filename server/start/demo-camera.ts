/**
 * The demo camera of the first minute: the virtual camera as a separate process that connects over protocol v1 like any
 * other.
 *
 * Invariant: it exists until a real camera has sent a picture, unless it is disabled or an administrator has removed it.
 */

import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { wallMs } from '../core/clock.ts';
import type { KnownCamera, KnownCameras } from '../core/cameras.ts';
import { Backoff } from '../core/backoff.ts';
import type { Log } from '../log.ts';
import { CAMERA_PATH } from '../wire/camera-protocol.ts';

/** The store of the cameras. */
export interface DemoCameraStore extends Pick<KnownCameras, 'find' | 'list'> {
  ensure(id: string, name: string, kind: 'demo', nowMs: number): Promise<KnownCamera>;
  keyOf(id: string): Uint8Array | undefined;
}

export interface DemoCameraOptions {
  /** VIGIE_DEMO; `timeCode`: with one in its picture. */
  mode: 'off' | 'on' | 'timeCode';
  cameras: DemoCameraStore;
  catalog: { remove(id: string): Promise<void> };
  log: Log;
}

const ID = 'demo';
const NAME = 'Demo camera';
const PROGRAM = fileURLToPath(new URL('../virtual-camera/main.ts', import.meta.url));

export class DemoCamera {
  readonly #options: DemoCameraOptions;
  readonly #backoff = new Backoff(500, 30_000);
  #httpPort: number | undefined;
  #process: ChildProcess | undefined;
  #restart: NodeJS.Timeout | undefined;
  #running = false;
  /** Real cameras whose pictures have come since the start. */
  readonly #live = new Set<string>();
  /** An administrator removed it: it does not return before the next start. */
  #dismissed = false;
  #stopped = false;
  #work: Promise<void> = Promise.resolve();

  constructor(options: DemoCameraOptions) {
    this.#options = options;
  }

  start(httpPort: number): void {
    this.#httpPort = httpPort;
    this.update();
  }

  /** A camera is online: its pictures come. */
  onLive(cameraId: string): void {
    if (this.#live.has(cameraId) || cameraId === ID) return;
    this.#live.add(cameraId);
    this.update();
  }

  /** Call it whenever cameras were added or removed. */
  update(): void {
    this.#work = this.#work
      .then(() => this.#update())
      .catch((error: unknown) => this.#options.log.error({ err: error }, 'failed to update the demo camera'));
  }

  /** Idempotent. */
  close(): void {
    this.#stopped = true;
    this.#end();
  }

  /** One run at a time, because adding and removing are asynchronous. */
  async #update(): Promise<void> {
    if (this.#httpPort === undefined || this.#stopped) return;
    const { mode, cameras, catalog } = this.#options;
    const known = cameras.find(ID) !== undefined;
    if (this.#running && !known) this.#dismissed = true;
    const wanted =
      mode !== 'off' && !this.#dismissed && !cameras.list().some((camera) => this.#isReal(camera));
    if (wanted && !this.#running) {
      await cameras.ensure(ID, NAME, 'demo', wallMs());
      if (this.#stopped) return;
      this.#running = true;
      this.#spawn(this.#httpPort);
    } else if (!wanted) {
      this.#end();
      if (known) await catalog.remove(ID);
    }
  }

  /** It was set up, and its pictures come, or came before the start. */
  #isReal({ id, kind, lastFrameAtMs }: KnownCamera): boolean {
    return kind !== 'demo' && (lastFrameAtMs !== null || this.#live.has(id));
  }

  #end(): void {
    this.#running = false;
    clearTimeout(this.#restart);
    this.#process?.kill();
    this.#process = undefined;
  }

  #spawn(httpPort: number): void {
    const { cameras, log, mode } = this.#options;
    const key = Buffer.from(cameras.keyOf(ID) ?? []).toString('base64url');
    const url = `ws://127.0.0.1:${httpPort}${CAMERA_PATH}`;
    // Its own output is not shown; the server's log reports its connections. Through the IPC channel it notices the end
    // of this process. The key is passed in the environment, because command lines are public.
    const picture = mode === 'timeCode' ? [] : ['--no-time-code'];
    const child = spawn(process.execPath, [PROGRAM, '--url', url, '--id', ID, '--name', NAME, ...picture], {
      env: { VIGIE_CAMERA_KEY: key },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.#process = child;
    child.on('error', (error) => log.warn({ err: error }, 'failed to start the demo camera'));
    child.on('exit', (code, signal) => {
      if (this.#process !== child) return;
      log.warn({ code, signal }, 'demo camera exited');
      this.#restart = setTimeout(() => this.#spawn(httpPort), this.#backoff.nextMs());
    });
  }
}
