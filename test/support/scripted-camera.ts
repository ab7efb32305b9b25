/** A camera that is connected for real and sends what the test says when the test says so: pictures, the same one, or none. */

import type { CameraWithKey } from '../../server/wire/camera.ts';
import type { HelloMessage } from '../../server/wire/camera-protocol.ts';
import { RawCamera } from './ingest-rig.ts';
import { jpegPictures } from './jpeg-pictures.ts';

/** On the camera's own clock: a picture is sent as soon as it is taken. */
const NOW = { captureUs: 1_000, sendUs: 1_000 };

export interface ScriptedPictures {
  width: number;
  height: number;
  /** Sent one after the other, over and over. */
  jpegs: readonly Buffer[];
}

export class ScriptedCamera implements AsyncDisposable {
  readonly #raw: RawCamera;
  readonly #pictures: ScriptedPictures;
  #next = 0;
  /** Messages with a picture. */
  sent = 0;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param url of the server's door for cameras
   * @param changes what it says of itself
   * @param pictures left out: small ones
   */
  static async connect(
    url: string,
    { id, key }: Pick<CameraWithKey, 'id' | 'key'>,
    changes: Partial<HelloMessage> = {},
    pictures: ScriptedPictures = smallPictures(),
  ): Promise<ScriptedCamera> {
    const raw = new RawCamera(url);
    await raw.shakeHands(id, Buffer.from(key, 'base64url'), changes);
    return new ScriptedCamera(raw, pictures);
  }

  private constructor(raw: RawCamera, pictures: ScriptedPictures) {
    this.#raw = raw;
    this.#pictures = pictures;
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

  /** Its motion sensor has seen something. */
  sense(active: boolean): void {
    this.#raw.say({ type: 'motion', active });
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
    const { width, height, jpegs } = this.#pictures;
    const jpeg = jpegs[this.#next % jpegs.length] ?? Buffer.alloc(0);
    this.sent++;
    this.#raw.sendFrame({ ...NOW, width, height, jpegBytes: jpeg.length }, jpeg);
  }
}

function smallPictures(): ScriptedPictures {
  const [width, height] = [320, 240];
  return { width, height, jpegs: jpegPictures({ width, height, count: 10 }) };
}
