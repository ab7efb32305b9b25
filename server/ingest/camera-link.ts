/** A camera's one connection, as the rest of ingest sees it: a device over the camera protocol, or a program that publishes. */

import type { CameraDevice } from '../core/updates/update-obstacles.ts';
import type { CAMERA_CLOSE, HelloMessage } from '../wire/camera-protocol.ts';
import type { CameraCommands } from './camera-commands.ts';

/** The other side's description of itself. */
export type CameraSelf = Pick<
  HelloMessage,
  'firmware' | 'board' | 'sensor' | 'capabilities' | 'frameIntervalMs'
>;

export interface CameraLink {
  /** Undefined before it has proven its key. */
  readonly hello: CameraSelf | undefined;
  /** The values that decide about updates; undefined before it has proven its key. */
  readonly device: CameraDevice | undefined;
  /** µs, the smallest measured; undefined: not measured. */
  readonly roundTripUs: number | undefined;
  readonly ackWindow: number;
  /** Frames arriving per second. */
  readonly fps: number;
  /** Undefined: it accepts no commands. */
  readonly commands: CameraCommands | undefined;
  /** Idempotent. */
  close(reason: keyof typeof CAMERA_CLOSE, detail: string): void;
}
