/** A camera that is connected for real and sends what the test says when the test says so: pictures, the same one, or none. */

import type { CameraWithKey } from '../../server/wire/camera.ts';
import type { HelloMessage } from '../../server/wire/camera-protocol.ts';
import { RawCamera } from './ingest-rig.ts';
import { jpegPictures } from './jpeg-pictures.ts';

const [WIDTH, HEIGHT] = [320, 240];
/** On the camera's own clock: a picture is sent as soon as it is taken. */
const NOW = { captureUs: 1_000, sendUs: 1_000 };

export class ScriptedCamera implements AsyncDisposable {
  readonly #raw: RawCamera;
  readonly #jpegs = jpegPictures({ width: WIDTH, height: HEIGHT, count: 10 });
  #next = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param url of the server's door for cameras @param changes what it says of itself */
  static async connect(
    url: string,
    { id, key }: Pick<CameraWithKey, 'id' | 'key'>,
    changes: Partial<HelloMessage> = {},
  ): Promise<ScriptedCamera> {
    const raw = new RawCamera(url);
    await raw.shakeHands(id, Buffer.from(key, 'base64url'), changes);
    return new ScriptedCamera(raw);
  }

  private constructor(raw: RawCamera) {
    this.#raw = raw;
  }

  /** One picture, unlike the one before. */
  send(): void {
    this.#next++;
    this.#sendNewest();
  }

  /** Pictures from now on. */
  play(fps = 10): void {
    this.#every(1000 / fps, () => this.send());
  }

  /** Its sensor hangs: the same picture from now on, with fresh times. */
  freeze(fps = 10): void {
    this.#every(1000 / fps, () => this.#sendNewest());
  }

  /** It stays connected and sends nothing. */
  pause(): void {
    clearInterval(this.#timer);
  }

  /** Idempotent. */
  close(): void {
    this.pause();
    this.#raw.socket.terminate();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.#raw.closed;
  }

  #every(ms: number, act: () => void): void {
    this.pause();
    act();
    this.#timer = setInterval(act, ms);
  }

  #sendNewest(): void {
    const jpeg = this.#jpegs[this.#next % this.#jpegs.length] ?? Buffer.alloc(0);
    this.#raw.sendFrame({ ...NOW, width: WIDTH, height: HEIGHT, jpegBytes: jpeg.length }, jpeg);
  }
}
