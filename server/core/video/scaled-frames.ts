/**
 * A camera's frames, smaller and fewer: for viewers who save data, and for programs that request small pictures. The
 * codec process scales them (pictures/thumbnails.ts), once for all viewers of one width.
 *
 * Invariants: one frame of a subscription is being scaled and at most the newest one waits; a frame that cannot be scaled is
 * skipped; nothing is delivered after `close`; a subscriber that fails misses that frame only.
 */

import type { Subscription } from '../fan-out.ts';
import { LatestSlot } from '../latest-slot.ts';
import type { CameraFrame, CameraFrames } from './camera-frame.ts';
import { FramePace } from './frame-pace.ts';

/** Scaling costs a codec process more than encoding: for a slow moving picture it is little. */
export const MAX_SCALED_FPS = 5;

/** @returns a JPEG of this frame, or of a newer one of the same camera @throws Error when it cannot be made */
export type ScaleFrame = (frame: CameraFrame, width: number, userId: string) => Promise<Uint8Array>;

export interface ScaledFramesOptions {
  frames: CameraFrames;
  scale: ScaleFrame;
  userId: string;
  /** Pixels; smaller frames pass unchanged. */
  width: number;
  /** Frames per second; never more than MAX_SCALED_FPS. */
  maxFps?: number | undefined;
  /** A subscriber threw. */
  onFailure: (error: unknown, cameraId: string) => void;
}

export class ScaledFrames implements CameraFrames {
  readonly #options: ScaledFramesOptions;

  constructor(options: ScaledFramesOptions) {
    this.#options = options;
  }

  /** Before the first scaled frame; a subscription begins with one. */
  latest(): undefined {
    return undefined;
  }

  subscribe(cameraId: string, onFrame: (frame: CameraFrame) => void): Subscription {
    const { frames, maxFps = MAX_SCALED_FPS, onFailure } = this.#options;
    const pace = new FramePace(Math.min(maxFps, MAX_SCALED_FPS));
    const waiting = new LatestSlot<CameraFrame>();
    let isScaling = false;
    let isClosed = false;
    const scaleWaiting = async (): Promise<void> => {
      isScaling = true;
      for (let frame = waiting.take(); frame; frame = waiting.take()) {
        const scaled = await this.#scaled(frame);
        if (isClosed) return;
        if (!scaled) continue;
        try {
          onFrame(scaled);
        } catch (error) {
          onFailure(error, cameraId);
        }
      }
      isScaling = false;
    };
    const offer = (frame: CameraFrame): void => {
      if (!pace.take(frame.receivedUs)) return;
      waiting.offer(frame);
      if (!isScaling) void scaleWaiting();
    };
    const subscription = frames.subscribe(cameraId, offer);
    const latest = frames.latest(cameraId);
    if (latest) offer(latest);
    return {
      close: () => {
        isClosed = true;
        subscription.close();
      },
    };
  }

  async #scaled(frame: CameraFrame): Promise<CameraFrame | undefined> {
    const { scale, width, userId } = this.#options;
    if (frame.width <= width) return frame;
    try {
      const jpeg = await scale(frame, width, userId);
      return { ...frame, jpeg, width, height: Math.round((frame.height * width) / frame.width) };
    } catch {
      // Damaged frames, or too many requests at once; the scaler counts and logs them.
      return undefined;
    }
  }
}
