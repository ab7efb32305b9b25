/**
 * The demo camera of the first minute: the virtual camera as a process of its own, which comes in over protocol v1 like
 * any other, so that what a newcomer sees is the real thing. It runs while no real camera is paired.
 */

import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Backoff } from './core/backoff.ts';
import type { Log } from './log.ts';
import { CAMERA_PATH } from './wire/camera-protocol.ts';

export interface DemoCameraOptions {
  cameraId: string;
  /** base64url, as the virtual camera takes it. */
  key: string;
  httpPort: number;
  log: Log;
}

const PROGRAM = fileURLToPath(new URL('virtual-camera/main.ts', import.meta.url));

export class DemoCamera {
  readonly #options: DemoCameraOptions;
  readonly #backoff = new Backoff(500, 30_000);
  #process: ChildProcess | undefined;
  #restart: NodeJS.Timeout | undefined;
  #running = false;

  constructor(options: DemoCameraOptions) {
    this.#options = options;
  }

  /** Idempotent. */
  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#spawn();
  }

  /** Idempotent. */
  stop(): void {
    this.#running = false;
    clearTimeout(this.#restart);
    this.#process?.kill();
    this.#process = undefined;
  }

  #spawn(): void {
    const { cameraId, key, httpPort, log } = this.#options;
    const url = `ws://127.0.0.1:${httpPort}${CAMERA_PATH}`;
    // Its own messages would only puzzle a newcomer; the server's log tells when it comes and goes. The IPC channel is
    // what tells it, should this process be killed, that it is alone.
    const child = spawn(process.execPath, [PROGRAM, '--url', url, '--id', cameraId], {
      env: { VIGIE_CAMERA_KEY: key },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.#process = child;
    child.on('error', (error) => log.warn({ err: error }, 'the demo camera cannot be started'));
    child.on('exit', (code, signal) => {
      if (!this.#running || this.#process !== child) return;
      log.warn({ code, signal }, 'the demo camera ended; it is started again');
      this.#restart = setTimeout(() => this.#spawn(), this.#backoff.nextMs());
    });
  }
}
