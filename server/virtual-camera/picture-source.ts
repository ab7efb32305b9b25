/** Where a virtual camera's pictures come from: drawn, or real ones played again. */

import type { CameraSettings } from '../wire/camera-settings.ts';

export interface Picture {
  /** Never written to. */
  readonly jpeg: Uint8Array;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

export interface PictureSource {
  /** @param timeUs the moment it shows, µs since the Unix epoch */
  render(timeUs: number): Picture;
  /**
   * Changes how pictures look from now on, all of it or nothing. `maxFps` says nothing about the picture and is ignored.
   *
   * @returns why it cannot, in words for a person, or undefined when it did
   */
  apply(settings: CameraSettings): Promise<string | undefined>;
  /** Idempotent. */
  close(): void;
}
