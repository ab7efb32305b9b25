/** The last picture of a video, laid over it while the video itself has nothing new to show. */

export class StillPicture {
  readonly canvas = document.createElement('canvas');

  constructor() {
    this.canvas.setAttribute('part', 'still');
    this.canvas.hidden = true;
  }

  /** Keeps what the video shows now; if that is nothing, what was kept before stays. */
  hold(video: HTMLVideoElement): void {
    if (drawPicture(video, this.canvas)) this.canvas.hidden = false;
  }

  /** The video shows something new. */
  release(): void {
    this.canvas.hidden = true;
  }

  /** It must no longer be visible. */
  clear(): void {
    this.canvas.width = 0;
    this.canvas.hidden = true;
  }
}

/** Copies the picture a video shows now, at its own size. @returns false when it shows nothing yet */
export function drawPicture(video: HTMLVideoElement, canvas: HTMLCanvasElement): boolean {
  const { videoWidth, videoHeight } = video;
  if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA || videoWidth === 0) return false;
  canvas.width = videoWidth;
  canvas.height = videoHeight;
  canvas.getContext('2d')?.drawImage(video, 0, 0);
  return true;
}

/** The frame on the screen as a JPEG; null when there is none. */
export async function pictureAsJpeg(video: HTMLVideoElement): Promise<Blob | null> {
  const canvas = document.createElement('canvas');
  if (!drawPicture(video, canvas)) return null;
  return new Promise((resolve) => {
    canvas.toBlob(resolve, 'image/jpeg', 0.92);
  });
}
