/**
 * The picture inside `<vigie-camera>`: a video that plays the live source, its last frame laid over it until the next source
 * shows one, and how old what it presents is.
 *
 * Invariant: the last picture stays on the screen until the next one is there, unless `clear` takes it away.
 */

import type { LiveSource } from './live-source.ts';
import { PresentedFrames } from './presented-frames.ts';
import type { ServerClock } from './server-clock.ts';
import { StillPicture, pictureAsJpeg } from './still-picture.ts';

export class CameraPicture {
  /** The element that plays; always the same one. */
  readonly video = liveVideo();
  readonly frames: PresentedFrames;
  readonly #still = new StillPicture();
  #source: LiveSource | null = null;

  /** @param onFrame called for each frame presented */
  constructor(onFrame: () => void) {
    this.frames = new PresentedFrames(this.video, () => {
      this.#still.release();
      onFrame();
    });
  }

  /** Lies over the video. */
  get still(): HTMLCanvasElement {
    return this.#still.canvas;
  }

  get source(): LiveSource | null {
    return this.#source;
  }

  /** Plays this source, unless it plays it already. */
  show(source: LiveSource, clock: ServerClock): void {
    if (source === this.#source) return;
    this.#source = source;
    // The new source shows black until its first picture.
    this.#still.hold(this.video);
    this.video.srcObject = new MediaStream([source.track]);
    this.frames.start(clock, source);
    // Rejected only when the element leaves the page at the same moment.
    this.video.play().catch(() => undefined);
  }

  /** Nothing is counted any longer; the picture stays. */
  stop(): void {
    this.frames.stop();
    this.#source = null;
  }

  /** The picture must no longer be visible. */
  clear(): void {
    if (this.video.srcObject) this.video.srcObject = null;
    this.#source = null;
    this.#still.clear();
    this.frames.forget();
  }

  /** The frame on the screen as a JPEG; null when there is none. */
  asJpeg(): Promise<Blob | null> {
    return pictureAsJpeg(this.video);
  }
}

/** Muted, autoplaying, and inline also on phones. */
function liveVideo(): HTMLVideoElement {
  const video = document.createElement('video');
  video.muted = true;
  video.autoplay = true;
  video.playsInline = true;
  // Name and status are beside it as text.
  video.setAttribute('aria-hidden', 'true');
  video.setAttribute('part', 'video');
  video.setAttribute('data-testid', 'camera-video');
  return video;
}
