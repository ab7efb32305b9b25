/**
 * The calls that receive a camera's live pictures: the right, the privacy switch, the shares and the audit log are the same for
 * JPEGs and for video.
 *
 * Invariant: nothing is sent without the right, or while the camera is switched off.
 */

import type { Access } from '../accounts/access.ts';
import type { Capacity } from '../core/capacity.ts';
import { keyDetails } from '../core/grant.ts';
import type { ViewerAllowanceOptions } from '../core/viewer-allowance.ts';
import { assertSwitchedOn, switchedOff, type CameraFrames } from '../core/video/camera-frame.ts';
import type { Caller } from '../accounts/api-keys.ts';
import type { CallAdmission, Admitted } from './call-admission.ts';
import type { CallLeases } from './call-lease.ts';
import type { OpenCalls } from './open-calls.ts';
import type { ServerStream } from './server-stream.ts';

export interface LiveStreamsOptions {
  access: Access;
  admission: CallAdmission;
  leases: CallLeases;
  calls: OpenCalls;
  frames: Pick<CameraFrames, 'isOff'>;
  capacity: Capacity;
  onStream: NonNullable<ViewerAllowanceOptions['onStream']>;
}

export class LiveStreams {
  readonly #options: LiveStreamsOptions;
  readonly #byCamera = new Map<string, Set<ServerStream<never>>>();

  constructor(options: LiveStreamsOptions) {
    this.#options = options;
  }

  /**
   * Admits the stream to the camera's pictures until it ends.
   *
   * @throws VigieError `unauthorized`, `notFound`, `forbidden`, `cameraOff`, `tooManyRequests`, `full`; the stream is
   * to be failed with it
   */
  open(stream: ServerStream<never>, admitted: Admitted, cameraId: string): Caller {
    const { admission, access, frames, calls, capacity, leases, onStream } = this.#options;
    const check = (): void => access.assertMay(admission.identify(admitted), 'live', cameraId);
    check();
    const caller = admission.identify(admitted);
    const { userId } = caller;
    assertSwitchedOn(frames, cameraId);
    calls.enter(userId, stream);
    stream.onEnd(capacity.open({ userId }, cameraId));
    stream.onEnd(leases.hold(admitted, check, (error) => stream.fail(error)));
    const { address, device } = admitted;
    stream.onEnd(onStream({ userId, cameraId, address, device, details: keyDetails(caller) }));
    this.#keep(cameraId, stream);
    return caller;
  }

  /** The streams of a camera that is switched off end. */
  switchCamera(cameraId: string, off: boolean): void {
    if (!off) return;
    for (const stream of this.#byCamera.get(cameraId) ?? []) stream.fail(switchedOff());
  }

  #keep(cameraId: string, stream: ServerStream<never>): void {
    const streams = this.#byCamera.get(cameraId) ?? new Set();
    this.#byCamera.set(cameraId, streams.add(stream));
    stream.onEnd(() => {
      streams.delete(stream);
      if (streams.size === 0 && this.#byCamera.get(cameraId) === streams) this.#byCamera.delete(cameraId);
    });
  }
}
