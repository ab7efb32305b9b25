/**
 * WatchFrames: a camera's JPEGs, unmodified or scaled down.
 *
 * Invariant: while one is in flight, at most the newest waits; the frames that it replaces are counted.
 */

import { LatestSlot } from '../core/latest-slot.ts';
import type { Dates } from '../core/site-clock.ts';
import type { CameraFrame, CameraFrames } from '../core/video/camera-frame.ts';
import { FramePace } from '../core/video/frame-pace.ts';
import { ScaledFrames, type ScaleFrame } from '../core/video/scaled-frames.ts';
import type { Log } from '../log.ts';
import type { GrpcMessages } from '../wire/grpc-messages.ts';
import type { Admitted } from './call-admission.ts';
import type { LiveStreams } from './live-streams.ts';
import type { ServerStream } from './server-stream.ts';
import type { framesOnce } from './service-definition.ts';

export interface WatchFramesParts {
  live: LiveStreams;
  frames: CameraFrames;
  scaleFrame: ScaleFrame;
  /** Encodes the message of a frame once for all readers of that frame. */
  once: ReturnType<typeof framesOnce>;
  dates: Dates;
  log: Log;
}

type Request = GrpcMessages['WatchFramesRequest'];
type Response = GrpcMessages['WatchFramesResponse'];

export function watchFrames(
  { live, frames, scaleFrame, once, dates, log }: WatchFramesParts,
  stream: ServerStream<Response>,
  { cameraId, maxFps, width }: Request,
  admitted: Admitted,
): void {
  const { userId } = live.open(stream, admitted, cameraId);
  const onFailure = (err: unknown): void => log.error({ err, cameraId }, 'failed to deliver a scaled frame');
  const source =
    width === undefined
      ? frames
      : new ScaledFrames({ frames, scale: scaleFrame, width, maxFps, userId, onFailure });
  const pace = new FramePace(maxFps);
  const waiting = new LatestSlot<CameraFrame>();
  const sendWaiting = (): void => {
    const frame = stream.isFree ? waiting.take() : undefined;
    if (!frame) return;
    const { passedOver } = waiting;
    const message = (): Response => ({
      captureTimeUs: Math.round(dates.dateMs(frame.captureUs) * 1000),
      jpeg: frame.jpeg,
      width: frame.width,
      height: frame.height,
      passedOver,
    });
    stream.send(passedOver === 0 ? once(frame, message) : message());
  };
  const offer = (frame: CameraFrame): void => {
    if (!pace.take(frame.receivedUs)) return;
    waiting.offer(frame);
    sendWaiting();
  };
  stream.onFree(sendWaiting);
  const subscription = source.subscribe(cameraId, offer);
  stream.onEnd(() => subscription.close());
  const latest = source.latest(cameraId);
  if (latest) offer(latest);
}
