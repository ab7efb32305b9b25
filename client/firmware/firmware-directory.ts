/**
 * The uploaded images and the firmware of every camera: requested once and after each gap in the signaling, kept up to
 * date by its notifications.
 */

import type { CameraFirmwareView, FirmwareImageView } from '../../server/wire/firmware.ts';
import type { Api } from '../http/api.ts';
import { Emitter } from '../emitter.ts';
import type { AppContext } from '../app-context.ts';
import { FreshViews } from '../signaling/fresh-views.ts';

export class FirmwareDirectory extends Emitter<{ change: FirmwareDirectory; error: unknown }> {
  readonly #api: Api;
  readonly #unlisten: (() => void)[];
  readonly #cameras = new FreshViews<CameraFirmwareView>();
  #images: readonly FirmwareImageView[] | null = null;

  constructor(api: Api, { signaling, cameras }: AppContext['live']) {
    super();
    this.#api = api;
    this.#unlisten = [
      signaling.on('cameraFirmware', (view) => {
        this.#cameras.update(view.cameraId, view);
        this.emit('change', this);
      }),
      signaling.on('state', (state) => {
        if (state === 'open') void this.load();
      }),
      cameras.on('change', () => this.emit('change', this)),
    ];
  }

  /** The newest first; null before they are known. */
  get images(): readonly FirmwareImageView[] | null {
    return this.#images;
  }

  find(cameraId: string): CameraFirmwareView | undefined {
    return this.#cameras.get(cameraId);
  }

  /** Emits `error` when it fails. */
  async load(): Promise<void> {
    try {
      const [images] = await Promise.all([
        this.#api.call('GET /api/firmware'),
        this.#cameras.load(async () => {
          const views = await this.#api.call('GET /api/firmware/cameras');
          return views.map((view) => [view.cameraId, view]);
        }),
      ]);
      this.#images = images;
      this.emit('change', this);
    } catch (error) {
      this.emit('error', error);
    }
  }

  /** Idempotent. */
  close(): void {
    for (const unlisten of this.#unlisten.splice(0)) unlisten();
  }
}
