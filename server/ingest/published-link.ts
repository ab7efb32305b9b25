/**
 * A program that sends a camera's pictures: validated, limited, dated and counted like a device's, without a separate protocol.
 *
 * Invariants: frames are dated in the order they arrive, none after its arrival and none MAX_AGE_US before it; once closed, it
 * accepts no more frames.
 */

import type { Clock } from '../core/clock.ts';
import type { FrameRefusal } from '../core/link/frame-refusal.ts';
import type { PublishedCamera, Publisher } from '../core/link/publishing.ts';
import type { CameraDevice } from '../core/updates/update-obstacles.ts';
import { MAX_JPEG_BYTES, MAX_LARGE_JPEG_BYTES, type CAMERA_CLOSE } from '../wire/camera-protocol.ts';
import type { CameraLink, CameraSelf } from './camera-link.ts';
import type { ConnectedCameras } from './connected-cameras.ts';
import { FrameIntake } from './frame-intake.ts';
import type { AllowsLargePictures } from './picture-check.ts';

export interface PublishedLinkOptions extends Publisher {
  cameras: ConnectedCameras;
  clock: Clock;
  allowsLargePictures: AllowsLargePictures;
}

/** Enough for 25 pictures a second over a round trip of 160 ms; the round trip of a program's connection is not measured. */
const ACK_WINDOW = 4;
/** A picture with an older capture time is not live, or the program's clock is wrong: it is dated by its arrival. */
const MAX_AGE_US = 10_000_000;

export class PublishedLink implements CameraLink, PublishedCamera {
  readonly commands = undefined;
  readonly roundTripUs = undefined;
  readonly ackWindow = ACK_WINDOW;
  readonly hello: CameraSelf;
  /** Without the capability to take updates. */
  readonly device: CameraDevice;
  readonly #options: PublishedLinkOptions;
  readonly #frames: FrameIntake;
  #datedUs = -Infinity;
  #closed = false;

  constructor(options: PublishedLinkOptions) {
    this.#options = options;
    const { clock, allowsLargePictures, software, secure } = options;
    this.hello = { firmware: software, board: '', sensor: '', capabilities: [] };
    this.device = { ...this.hello, target: undefined, rolledBackFrom: undefined, secure };
    this.#frames = new FrameIntake(clock(), allowsLargePictures);
  }

  get maxJpegBytes(): number {
    return this.#options.allowsLargePictures() ? MAX_LARGE_JPEG_BYTES : MAX_JPEG_BYTES;
  }

  get fps(): number {
    return this.#frames.fps;
  }

  take(jpeg: Uint8Array, captureUs: number | undefined): FrameRefusal | undefined {
    if (this.#closed) return undefined;
    const { cameras, cameraId, clock } = this.#options;
    const receivedUs = clock();
    const intake = this.#frames.takeJpeg(jpeg, receivedUs);
    if (intake.verdict === 'dropped') {
      cameras.dropped(cameraId, intake);
      return { kind: intake.kind, detail: intake.detail };
    }
    const { picture } = intake;
    const { width, height } = picture;
    const dated = { captureUs: this.#dated(captureUs, receivedUs), receivedUs };
    cameras.take({ cameraId, jpeg: picture.jpeg, width, height, ...dated }, picture);
    return undefined;
  }

  leave(): void {
    if (this.#end()) this.#say('info', 'left', 'the program ended the stream');
  }

  close(reason: keyof typeof CAMERA_CLOSE, detail: string): void {
    if (!this.#end()) return;
    this.#say('warn', reason, detail);
    this.#options.onClosed(reason, detail);
  }

  #end(): boolean {
    if (this.#closed) return false;
    this.#closed = true;
    this.#options.cameras.ended(this.#options.cameraId, this);
    return true;
  }

  #say(level: 'info' | 'warn', reason: string, detail: string): void {
    const { cameras, cameraId, address } = this.#options;
    cameras.say(level, `${cameraId} ${reason}`, { cameraId, address, reason, detail }, 'publisher closed');
  }

  #dated(captureUs: number | undefined, receivedUs: number): number {
    const isPlausible =
      captureUs !== undefined && captureUs <= receivedUs && captureUs > receivedUs - MAX_AGE_US;
    const saidUs = isPlausible ? captureUs : receivedUs;
    this.#datedUs = Math.min(receivedUs, Math.max(saidUs, this.#datedUs + 1));
    return this.#datedUs;
  }
}
