/**
 * One client's use of the codec processes: an encoder, luma reader or scaler in one of them, which may change.
 *
 * Invariant: a seat changes its process only while it has no request pending, or because the process is gone; then the
 * client is told. The codec behind the seat has no state of earlier pictures then, so its first frame is a keyframe.
 */

import type { CameraFrame } from '../core/video/camera-frame.ts';
import { REQUEST, type CodecReplyHeader, type CodecRequest } from './codec-messages.ts';

/** Events of one seat. */
export interface CodecClient {
  /** Frames may be sent; the encoder behind the seat has no state of earlier ones. */
  onReady(): void;
  /** See codec-link.ts. */
  onAnswer(reply: CodecReplyHeader, data: Uint8Array, isLast: boolean): void;
  onRejected(reason: string): void;
  /** The process is gone, and the pending frame with it. `culprit`: this seat's frame was in work. */
  onLost(culprit: boolean): void;
}

export interface CodecSeat {
  readonly ready: boolean;
  /** One at a time: the last reply, or `onLost`, comes before the next. */
  ask(request: CodecRequest, frame: CameraFrame): void;
  /** Idempotent. Nothing is called any more. */
  close(): void;
}

/** One codec process, as a seat sees it; see codec-place.ts. */
export interface SeatPlace {
  readonly ready: boolean;
  ask(seat: Seat, request: CodecRequest, frame: CameraFrame): void;
  remove(seat: Seat): void;
}

export class Seat implements CodecSeat {
  readonly cameraId: string;
  readonly client: CodecClient;
  readonly #onClose: (seat: Seat) => void;
  /** The number of its encoder in the process; a new one with each move. */
  encoder = 0;
  /** None while the camera is set aside. */
  place: SeatPlace | undefined;
  inFlight: CameraFrame | undefined;
  /** Rungs with an open encoder; 0 for a luma reader. */
  encoders = 0;
  /** It moves as soon as no request is pending. */
  leaving = false;

  constructor(cameraId: string, client: CodecClient, onClose: (seat: Seat) => void) {
    this.cameraId = cameraId;
    this.client = client;
    this.#onClose = onClose;
  }

  get ready(): boolean {
    return this.place?.ready ?? false;
  }

  ask(request: CodecRequest, frame: CameraFrame): void {
    if (!this.ready) return;
    this.inFlight = frame;
    if (request.type === REQUEST.encode) this.encoders = Object.keys(request.rungs).length;
    this.place?.ask(this, request, frame);
  }

  close(): void {
    this.#onClose(this);
  }
}
