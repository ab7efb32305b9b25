/** The removed cameras whose recordings this user may watch: requested when the element is added to the page. */

import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { RemovedCameraView } from '../../server/wire/recording.ts';
import type { Api } from '../http/api.ts';
import { errorText } from '../http/api-error.ts';

export class RemovedCameras implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #api: () => Api;
  /** Empty before the answer. */
  all: readonly RemovedCameraView[] = [];
  error: string | null = null;

  constructor(host: ReactiveControllerHost, api: () => Api) {
    this.#host = host;
    this.#api = api;
    host.addController(this);
  }

  hostConnected(): void {
    void this.load();
  }

  find(cameraId: string): RemovedCameraView | undefined {
    return this.all.find(({ id }) => id === cameraId);
  }

  /** Never rejects. */
  async load(): Promise<void> {
    try {
      this.all = await this.#api().call('GET /api/removed-cameras');
      this.error = null;
    } catch (error) {
      this.error = errorText(error);
    }
    this.#host.requestUpdate();
  }
}
