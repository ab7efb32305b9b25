/** Source of a virtual camera's pictures: drawn, or recorded ones in a loop. */

import type { CameraSettings } from '../wire/camera-settings.ts';

export interface Picture {
  /** Never written to. */
  readonly jpeg: Uint8Array;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

export interface PictureSource {
  /** @param timeUs the time it shows, µs since the Unix epoch */
  render(timeUs: number): Picture;
  /**
   * Changes all further pictures, completely or not at all. `maxFps` does not concern the picture and is ignored.
   *
   * @returns why it cannot, as a sentence; undefined on success
   */
  apply(settings: CameraSettings): Promise<string | undefined>;
  /** Idempotent. */
  close(): void;
}
