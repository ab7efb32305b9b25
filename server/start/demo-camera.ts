/**
 * The demo camera of the first minute: the virtual camera as a separate process that connects over protocol v1 like any
 * other.
 *
 * Invariant: it exists while there is no real camera, unless it is disabled or an administrator has removed it.
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
  /** VIGIE_DEMO */
  enabled: boolean;
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
    const { enabled, cameras, catalog } = this.#options;
    const known = cameras.find(ID) !== undefined;
    if (this.#running && !known) this.#dismissed = true;
    const wanted = enabled && !this.#dismissed && cameras.list().every(({ kind }) => kind === 'demo');
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

  #end(): void {
    this.#running = false;
    clearTimeout(this.#restart);
    this.#process?.kill();
    this.#process = undefined;
  }

  #spawn(httpPort: number): void {
    const { cameras, log } = this.#options;
    const key = Buffer.from(cameras.keyOf(ID) ?? []).toString('base64url');
    const url = `ws://127.0.0.1:${httpPort}${CAMERA_PATH}`;
    // Its own output is not shown; the server's log reports its connections. Through the IPC channel it notices the end
    // of this process. The key is passed in the environment, because command lines are public.
    const child = spawn(process.execPath, [PROGRAM, '--url', url, '--id', ID], {
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
