/**
 * Records what a video shows into a file of the viewer's own, in their browser. The server's recordings are another thing.
 *
 * Invariant: a recording ends by itself before it fills the memory, or when the video gets another source, and is saved then.
 */

export interface RecordedClip {
  blob: Blob;
  /** `webm` or `mp4`. */
  extension: string;
}

const MAX_MS = 10 * 60_000;
const TYPES = [
  ['video/webm;codecs=vp8', 'webm'],
  ['video/mp4', 'mp4'],
] as const;

export class StreamRecorder {
  readonly #recorder: MediaRecorder;
  readonly #parts: Blob[] = [];
  readonly #timer: ReturnType<typeof setTimeout>;

  static get isSupported(): boolean {
    return supportedType() !== undefined;
  }

  /** @param onEnd called once @throws Error when the video shows nothing, or the browser cannot record it */
  constructor(video: HTMLVideoElement, onEnd: (clip: RecordedClip) => void) {
    const stream = video.srcObject;
    const type = supportedType();
    if (!(stream instanceof MediaStream) || !type) throw new Error('There is no live picture to record.');
    const [mimeType, extension] = type;
    this.#recorder = new MediaRecorder(new MediaStream(stream.getVideoTracks()), { mimeType });
    this.#recorder.addEventListener('dataavailable', ({ data }) => this.#parts.push(data));
    this.#recorder.addEventListener('stop', () => {
      clearTimeout(this.#timer);
      onEnd({ blob: new Blob(this.#parts, { type: mimeType }), extension });
    });
    this.#timer = setTimeout(() => this.stop(), MAX_MS);
    this.#recorder.start(1_000);
  }

  /** Idempotent. */
  stop(): void {
    clearTimeout(this.#timer);
    if (this.#recorder.state !== 'inactive') this.#recorder.stop();
  }
}

function supportedType(): (typeof TYPES)[number] | undefined {
  if (!('MediaRecorder' in globalThis)) return undefined;
  return TYPES.find(([mimeType]) => MediaRecorder.isTypeSupported(mimeType));
}
