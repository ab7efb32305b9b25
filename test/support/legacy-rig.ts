/** Real listeners for two cameras with the older firmware, and connections as those make them. */

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { pino } from 'pino';
import { WebSocket, type ClientOptions } from 'ws';
import type { CameraFrame } from '../../server/core/video/camera-frame.ts';
import { LegacyListeners, type LegacyListenersOptions } from '../../server/ingest/legacy-listeners.ts';

export const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
const GOOD_QUERY = `?password=${md5('s3cret')}&username=${md5('vigie')}`;

export class LegacyRig {
  readonly listeners: LegacyListeners;
  readonly frames: CameraFrame[];
  readonly events: string[] = [];
  readonly log: Record<string, unknown>[];

  private constructor(listeners: LegacyListeners, log: Record<string, unknown>[], frames: CameraFrame[]) {
    this.listeners = listeners;
    this.log = log;
    this.frames = frames;
    listeners.on('online', (id) => this.events.push(`online ${id}`));
    listeners.on('offline', (id) => this.events.push(`offline ${id}`));
  }

  static async start(options: Partial<LegacyListenersOptions> = {}): Promise<LegacyRig> {
    const lines: Record<string, unknown>[] = [];
    const frames: CameraFrame[] = [];
    const listeners = new LegacyListeners({
      startPort: 0,
      cameraIds: ['seed-8880', 'seed-8881'],
      onFrame: (frame) => frames.push(frame),
      username: 'vigie',
      password: 's3cret',
      log: pino({ level: 'debug' }, { write: (line: string) => lines.push(JSON.parse(line)) }),
      ...options,
    });
    await listeners.listen();
    return new LegacyRig(listeners, lines, frames);
  }

  connect(camera = 0, query = GOOD_QUERY, options: ClientOptions = {}): WebSocket {
    const socket = new WebSocket(`ws://127.0.0.1:${this.listeners.ports[camera]}/${query}`, options);
    socket.on('error', () => undefined);
    return socket;
  }

  async online(camera = 0, options: ClientOptions = {}): Promise<WebSocket> {
    const socket = this.connect(camera, GOOD_QUERY, options);
    await once(socket, 'open');
    return socket;
  }

  [Symbol.dispose](): void {
    this.listeners.close();
  }
}
