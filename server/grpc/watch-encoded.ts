/**
 * WatchEncoded: a camera's VP8, as it is encoded for the viewers.
 *
 * Invariants: the stream can be decoded: it begins with a keyframe, also after each gap; at most MAX_WAITING frames wait while
 * one is in flight, then all of them are dropped and counted up to the next keyframe; one reader costs the others few keyframes
 * (core/rtp/keyframe-allowance.ts).
 */

import type { Clock } from '../core/clock.ts';
import { KeyframeAllowance } from '../core/rtp/keyframe-allowance.ts';
import type { Dates } from '../core/site-clock.ts';
import { TokenBucket } from '../core/token-bucket.ts';
import { RecentlyUsed } from '../core/recently-used.ts';
import type { EncodedFrame, EncodedVideo } from '../core/video/encoded-frame.ts';
import { VigieError } from '../errors.ts';
import type { GrpcMessages } from '../wire/grpc-messages.ts';
import type { Admitted } from './call-admission.ts';
import type { LiveStreams } from './live-streams.ts';
import type { ServerStream } from './server-stream.ts';

export interface WatchEncodedParts {
  live: LiveStreams;
  video: EncodedVideo;
  dates: Dates;
  clock: Clock;
}

type Request = GrpcMessages['WatchEncodedRequest'];
type Response = GrpcMessages['WatchEncodedResponse'];

/** Half a second of frames: bridges a stall of the network, but not a reader that is too slow. */
export const MAX_WAITING = 12;
/** Each opening costs every viewer of the camera a keyframe. */
const OPENINGS = { perSecond: 0.2, burst: 8 };
const MAX_REMEMBERED = 1024;
const RETRY_AFTER_SECONDS = 5;

export class EncodedWatches {
  readonly #parts: WatchEncodedParts;
  /** By user and camera. */
  readonly #openings = new RecentlyUsed<string, TokenBucket>(MAX_REMEMBERED);

  constructor(parts: WatchEncodedParts) {
    this.#parts = parts;
  }

  watch(stream: ServerStream<Response>, { cameraId }: Request, admitted: Admitted): void {
    const { live, video, dates, clock } = this.#parts;
    const { userId } = live.open(stream, admitted, cameraId);
    this.#takeOpening(`${userId} ${cameraId}`);
    const keyframes = new KeyframeAllowance();
    let waiting: EncodedFrame[] = [];
    let isBroken = true;
    let passedOver = 0;
    const sendWaiting = (): void => {
      const frame = stream.isFree ? waiting.shift() : undefined;
      if (frame) stream.send({ ...messageOf(frame, dates), passedOver });
    };
    const onFrame = (frame: EncodedFrame): void => {
      if (frame.keyframe) {
        passedOver += waiting.length;
        waiting = [];
        isBroken = false;
        keyframes.sent(clock());
      }
      if (!isBroken && waiting.length >= MAX_WAITING) {
        passedOver += waiting.length;
        waiting = [];
        isBroken = true;
        keyframes.need();
      }
      if (isBroken) passedOver++;
      else waiting.push(frame);
      sendWaiting();
      // Only once it reads again; a keyframe costs the other viewers quality.
      if (isBroken && stream.isFree && keyframes.take(clock(), true)) video.requestKeyframe(cameraId, 'next');
    };
    stream.onFree(sendWaiting);
    const subscription = video.subscribe(cameraId, onFrame);
    stream.onEnd(() => {
      subscription.close();
      waiting = [];
    });
  }

  #takeOpening(key: string): void {
    const nowUs = this.#parts.clock();
    const bucket = this.#openings.get(key) ?? new TokenBucket(OPENINGS.perSecond, OPENINGS.burst, nowUs);
    this.#openings.set(key, bucket);
    if (!bucket.take(nowUs))
      throw new VigieError('tooManyRequests', 'this camera is watched again too often: keep the call open', {
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      });
  }
}

function messageOf(frame: EncodedFrame, dates: Dates): Omit<Response, 'passedOver'> {
  const { captureUs, data, keyframe, layer, repeated, width, height } = frame;
  return {
    captureTimeUs: Math.round(dates.dateMs(captureUs) * 1000),
    vp8: data,
    keyframe,
    ...(layer && { temporalLayer: layer.tid }),
    layerSync: layer?.layerSync ?? false,
    repeatedPicture: repeated,
    width,
    height,
  };
}
