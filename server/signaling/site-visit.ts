/**
 * One caller at an edge who has no page: signed in at the site by a WebSocket of its signaling, as long as something of
 * the caller lasts. The site counts it among the viewers of the edge, and says when a right ends.
 *
 * Invariant: a caller whom the site has not accepted has no camera, and neither has one whose visit is over.
 */

import { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { VigieError, type ErrorCode } from '../errors.ts';
import type { CameraView } from '../wire/camera.ts';
import { SIGNALING_CLOSE, type ServerToViewer } from '../wire/signaling.ts';
import { EdgeWatching } from './edge-watching.ts';
import { holderOf } from './credential-holder.ts';
import { openUpstream } from './open-upstream.ts';

export interface SiteVisitOptions {
  /** To the site's HTTP server; closed with the visit. */
  stream: Duplex;
  /** An access token or an API key. */
  credential: string;
  /** As the client names this server. */
  host: string;
  userAgent?: string | undefined;
}

const OPEN_TIMEOUT_MS = 5_000;

const REFUSED_AS: Readonly<Record<number, ErrorCode>> = {
  [SIGNALING_CLOSE.unauthorized]: 'unauthorized',
  [SIGNALING_CLOSE.tooManyMessages]: 'tooManyRequests',
};

export class SiteVisit extends EventEmitter<{ changed: []; end: [] }> {
  /** The user against whose shares it counts. */
  readonly holderId: string;
  readonly #socket: WebSocket;
  readonly #watching: EdgeWatching;
  readonly #opened = Promise.withResolvers<void>();
  readonly #timeout: NodeJS.Timeout;
  /** With the right `live`; undefined before the site has accepted the caller. */
  #cameras: ReadonlyMap<string, CameraView> | undefined;
  #isOver = false;

  /** @throws VigieError `unauthorized`, `tooManyRequests`, `unavailable` */
  static async open(options: SiteVisitOptions): Promise<SiteVisit> {
    const visit = new SiteVisit(options);
    await visit.#opened.promise;
    return visit;
  }

  private constructor({ stream, credential, ...headers }: SiteVisitOptions) {
    super();
    this.holderId = holderOf(credential);
    const socket = openUpstream(stream, headers);
    this.#socket = socket;
    this.#watching = new EdgeWatching(socket);
    this.#timeout = setTimeout(() => this.#end('unavailable', 'the site does not answer'), OPEN_TIMEOUT_MS);
    socket.on('open', () => socket.send(JSON.stringify({ type: 'authenticate', token: credential })));
    socket.on('message', (data, isBinary) => {
      try {
        if (!isBinary) this.#read((data as Buffer).toString('utf8'));
      } catch {
        this.#end('unavailable', 'this edge does not understand its site');
      }
    });
    socket.on('error', () => this.#end('unavailable', 'the site is away'));
    socket.on('close', (code, reason) =>
      this.#end(REFUSED_AS[code] ?? 'unavailable', reason.toString() || 'the site is away'),
    );
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Undefined: there is none, or the caller may not watch it. */
  camera(cameraId: string): CameraView | undefined {
    return this.#isOver ? undefined : this.#cameras?.get(cameraId);
  }

  /** The caller is sent this camera, until the visit is over. */
  watch(cameraId: string): void {
    this.#watching.begin(cameraId);
  }

  /** Idempotent. */
  close(): void {
    this.#end('unavailable', 'closed');
  }

  /** The site's messages are not validated: it is the site that this edge trusts. */
  #read(text: string): void {
    const message = JSON.parse(text) as ServerToViewer;
    if (message.type !== 'notification' || message.method !== 'cameras') return;
    const visible = message.data.cameras.filter(({ rights }) => rights.includes('live'));
    this.#cameras = new Map(visible.map((camera) => [camera.id, camera]));
    clearTimeout(this.#timeout);
    this.#opened.resolve();
    this.emit('changed');
  }

  #end(code: ErrorCode, detail: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timeout);
    this.#opened.reject(new VigieError(code, detail));
    this.#socket.close();
    this.emit('end');
  }
}
