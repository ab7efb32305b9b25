/** The tracks of one camera, one per rung, each made when a viewer first needs it. */

import type { Clock } from '../core/clock.ts';
import type { FrameSource } from '../core/video/frame-source.ts';
import type { Rung, RungName } from '../core/video/rungs.ts';
import { CameraTrack, type OnFrameSent } from './camera-track.ts';

export class CameraTracks {
  readonly cameraId: string;
  readonly #video: FrameSource;
  readonly #clock: Clock;
  readonly #onFrameSent: OnFrameSent | undefined;
  readonly #tracks = new Map<RungName, CameraTrack>();
  #closed = false;

  constructor(cameraId: string, video: FrameSource, clock: Clock, onFrameSent?: OnFrameSent) {
    this.cameraId = cameraId;
    this.#video = video;
    this.#clock = clock;
    this.#onFrameSent = onFrameSent;
  }

  get nowUs(): number {
    return this.#clock();
  }

  /** The rungs of the camera, best first; at least one. */
  get rungs(): Rung[] {
    return this.#video.rungsOf(this.cameraId);
  }

  of(rung: RungName): CameraTrack {
    const track =
      this.#tracks.get(rung) ??
      new CameraTrack(this.cameraId, rung, this.#video, this.#clock, this.#onFrameSent);
    this.#tracks.set(rung, track);
    if (this.#closed) track.close();
    return track;
  }

  /** The camera was removed: while its viewers end one by one, nothing is requested from it any more. */
  close(): void {
    this.#closed = true;
    for (const track of this.#tracks.values()) track.close();
  }
}
