/**
 * PublishFrames: a program acts as a camera. Its pictures pass the same checks as a device's (ingest).
 *
 * Invariants: no picture is accepted before a start message, or from a key that may not publish; the camera is offline when the
 * call ends; a client that does not read its acknowledgements costs the memory of one, and a client that sends half a picture
 * costs its share.
 */

import type { ServerDuplexStream } from '@grpc/grpc-js';
import type { Access } from '../accounts/access.ts';
import type { CameraPublishing, PublishedCamera } from '../core/link/publishing.ts';
import type { Dates } from '../core/site-clock.ts';
import { VigieError } from '../errors.ts';
import { GRPC_MESSAGES, type GrpcMessages } from '../wire/grpc-messages.ts';
import type { CallAdmission, Admitted } from './call-admission.ts';
import type { CallLeases } from './call-lease.ts';
import { statusOfClose } from './grpc-status.ts';
import type { OpenCalls } from './open-calls.ts';
import { parseRequest } from './parse-request.ts';
import type { PublishRoom } from './publish-room.ts';
import type { ServerStream } from './server-stream.ts';

export interface PublishFramesParts {
  admission: CallAdmission;
  access: Access;
  leases: CallLeases;
  calls: OpenCalls;
  room: PublishRoom;
  publishing: CameraPublishing;
  /** @throws VigieError `conflict` for a camera that a device alone can be */
  assertPublishable: (cameraId: string) => void;
  dates: Dates;
}

type Request = GrpcMessages['PublishFramesRequest'];
type Response = GrpcMessages['PublishFramesResponse'];
type Start = NonNullable<Request['start']>;
type Frame = NonNullable<Request['frame']>;

class Publication {
  readonly #parts: PublishFramesParts;
  readonly #stream: ServerStream<Response>;
  readonly #admitted: Admitted;
  #camera: PublishedCamera | undefined;
  #welcome: Response | undefined;
  readonly #ack = { received: 0, refused: 0, refusal: '' };
  #acknowledged = 0;

  constructor(parts: PublishFramesParts, stream: ServerStream<Response>, admitted: Admitted) {
    this.#parts = parts;
    this.#stream = stream;
    this.#admitted = admitted;
    stream.onFree(() => this.#answer());
  }

  /** @throws VigieError */
  take({ start, frame }: Request): void {
    if (start && this.#camera) throw new VigieError('badRequest', 'the call has already started');
    if (start) return this.#start(start);
    if (!this.#camera) throw new VigieError('badRequest', 'the first message must be a start');
    if (!frame) throw new VigieError('badRequest', 'a message must have a frame');
    this.#frame(this.#camera, frame);
  }

  #start({ cameraId, software }: Start): void {
    const { admission, access, leases, room, publishing, assertPublishable } = this.#parts;
    const [stream, admitted] = [this.#stream, this.#admitted];
    const check = (): void => access.assertMayAsProgram(admission.identify(admitted), 'publish', cameraId);
    check();
    assertPublishable(cameraId);
    stream.onEnd(leases.hold(admitted, check, (error) => stream.fail(error)));
    const { address, secure } = admitted;
    const onClosed: Parameters<CameraPublishing['publish']>[0]['onClosed'] = (reason, detail) =>
      stream.finish(statusOfClose(reason, detail));
    const camera = publishing.publish({ cameraId, software, address, secure, onClosed });
    stream.onEnd(() => camera.leave());
    this.#camera = camera;
    room.widen(admission.identify(admitted).userId, stream, admitted, camera.maxJpegBytes);
    this.#welcome = { welcome: { ackWindow: camera.ackWindow } };
    this.#answer();
  }

  #frame(camera: PublishedCamera, { jpeg, captureTimeUs }: Frame): void {
    const captureUs =
      captureTimeUs === undefined ? undefined : this.#parts.dates.serverUs(captureTimeUs / 1000);
    const refusal = camera.take(jpeg, captureUs);
    const ack = this.#ack;
    ack.received++;
    if (refusal) {
      ack.refused++;
      ack.refusal = refusal.detail;
    }
    this.#answer();
  }

  /** Acknowledgements are cumulative: one includes those before it. */
  #answer(): void {
    if (!this.#stream.isFree) return;
    if (this.#welcome) {
      this.#stream.send(this.#welcome);
      this.#welcome = undefined;
    } else if (this.#ack.received > this.#acknowledged) {
      this.#acknowledged = this.#ack.received;
      this.#stream.send({ ack: { ...this.#ack } });
    }
  }
}

export function publishFrames(
  parts: PublishFramesParts,
  stream: ServerStream<Response>,
  call: ServerDuplexStream<unknown, Response>,
  admitted: Admitted,
): void {
  // A call holds memory even before its start message: part of that message.
  const { userId } = parts.admission.identify(admitted);
  parts.calls.enter(userId, stream);
  parts.room.enter(userId, stream, admitted);
  const publication = new Publication(parts, stream, admitted);
  call.on('data', (message: unknown) => {
    if (stream.isEnded) return;
    try {
      publication.take(parseRequest(GRPC_MESSAGES.PublishFramesRequest, message));
    } catch (error) {
      stream.fail(error);
    }
  });
  call.on('end', () => stream.finish());
}
