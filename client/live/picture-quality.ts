/**
 * Data saver: the viewer's upper limit for the data of each camera on this device. The device remembers it and sends it to the
 * server on each connection; the server caps the video, and the pictures of the fallback.
 *
 * Invariant: the choice reaches the server before the first transport of a connection is made.
 */

import { PICTURE_QUALITIES, type PictureQuality } from '../../server/wire/shown-view.ts';
import { Emitter } from '../emitter.ts';
import type { SignalingClient } from '../signaling/signaling-client.ts';

/** Limits of the JPEG fallback; a picture of 640 pixels has about 25 kB. */
const PICTURE_LIMITS: Record<PictureQuality, { maxFps?: number; width?: number }> = {
  full: {},
  half: { maxFps: 5, width: 480 },
  minimum: { maxFps: 2, width: 320 },
};
const KEY = 'vigie.pictureQuality';

/** The part of the browser's Storage in use; reading and writing throw if the user has blocked it. */
type QualityStorage = Pick<Storage, 'getItem' | 'setItem'>;

export class PictureQualityChoice extends Emitter<{ change: PictureQuality }> {
  readonly #signaling: Pick<SignalingClient, 'on' | 'state' | 'request'>;
  readonly #storage: () => QualityStorage;
  #quality: PictureQuality;

  /** @param storage of the device */
  constructor(
    signaling: Pick<SignalingClient, 'on' | 'state' | 'request'>,
    storage: () => QualityStorage = () => localStorage,
  ) {
    super();
    this.#signaling = signaling;
    this.#storage = storage;
    this.#quality = this.#remembered();
    signaling.on('state', (state) => {
      // The server assumes the full quality.
      if (state === 'open' && this.#quality !== 'full') this.#tell();
    });
  }

  get current(): PictureQuality {
    return this.#quality;
  }

  /** For the JPEG fallback. */
  get pictureLimits(): { maxFps?: number; width?: number } {
    return PICTURE_LIMITS[this.#quality];
  }

  choose(quality: PictureQuality): void {
    if (quality === this.#quality) return;
    this.#quality = quality;
    try {
      this.#storage().setItem(KEY, quality);
    } catch {
      // The choice applies until the page is closed.
    }
    if (this.#signaling.state === 'open') this.#tell();
    this.emit('change', quality);
  }

  /** Another page of this device has chosen. */
  reload(): void {
    this.choose(this.#remembered());
  }

  #remembered(): PictureQuality {
    try {
      const value = this.#storage().getItem(KEY);
      return PICTURE_QUALITIES.find((quality) => quality === value) ?? 'full';
    } catch {
      return 'full';
    }
  }

  #tell(): void {
    // It fails only without a connection, and the next one is told again.
    this.#signaling.request('setQuality', { quality: this.#quality }).catch(() => undefined);
  }
}
