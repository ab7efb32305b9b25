/** Asks for the details of an element's camera again and again, while the page is visible. */

import type { LitElement, ReactiveController } from 'lit';
import type { CameraDetails } from '../../server/wire/camera.ts';
import type { AppContext } from '../app-context.ts';

export interface CameraElement extends LitElement {
  context: AppContext;
  cameraId: string;
}

export class CameraDetailsPoll implements ReactiveController {
  readonly #host: CameraElement;
  readonly #everyMs: number;
  readonly #isWanted: () => boolean;
  #details: CameraDetails | undefined;
  /** The camera that `details` is about. */
  #cameraId: string | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** @param isWanted asked before each request */
  constructor(host: CameraElement, everyMs: number, isWanted: () => boolean = () => true) {
    this.#host = host;
    this.#everyMs = everyMs;
    this.#isWanted = isWanted;
    host.addController(this);
  }

  /** Undefined until the server has answered for this camera. */
  get details(): CameraDetails | undefined {
    return this.#details;
  }

  hostConnected(): void {
    this.#timer = setInterval(() => void this.#load(), this.#everyMs);
  }

  hostDisconnected(): void {
    clearInterval(this.#timer);
  }

  hostUpdate(): void {
    const { cameraId } = this.#host;
    if (cameraId === this.#cameraId) return;
    this.#cameraId = cameraId;
    this.#details = undefined;
    void this.#load();
  }

  async #load(): Promise<void> {
    const { context, cameraId } = this.#host;
    if (document.hidden || !this.#isWanted()) return;
    try {
      const details = await context.api.call('GET /api/cameras/:cameraId/status', { params: { cameraId } });
      if (cameraId !== this.#host.cameraId) return;
      this.#details = details;
      this.#host.requestUpdate();
    } catch {
      // The connection banner shows why the server does not answer.
    }
  }
}
