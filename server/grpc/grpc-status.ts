/**
 * Errors as gRPC statuses (grpc.io, "Status codes and their use in gRPC"): the code for programs that know gRPC, and
 * Vigie's own as the trailer `vigie-code`.
 *
 * Invariant: details not meant for the caller stay in the log.
 */

import { Metadata, status, type StatusObject } from '@grpc/grpc-js';
import { VigieError, type ErrorCode } from '../errors.ts';
import type { Log } from '../log.ts';
import type { CAMERA_CLOSE } from '../wire/camera-protocol.ts';

const STATUSES: Readonly<Record<ErrorCode, status>> = {
  badRequest: status.INVALID_ARGUMENT,
  unprocessable: status.INVALID_ARGUMENT,
  unauthorized: status.UNAUTHENTICATED,
  wrongCredentials: status.UNAUTHENTICATED,
  forbidden: status.PERMISSION_DENIED,
  notFound: status.NOT_FOUND,
  methodNotAllowed: status.UNIMPLEMENTED,
  notAcceptable: status.INVALID_ARGUMENT,
  tooSlow: status.DEADLINE_EXCEEDED,
  conflict: status.FAILED_PRECONDITION,
  preconditionFailed: status.FAILED_PRECONDITION,
  tooLarge: status.RESOURCE_EXHAUSTED,
  unsupportedMediaType: status.INVALID_ARGUMENT,
  rangeNotSatisfiable: status.OUT_OF_RANGE,
  upgradeRequired: status.FAILED_PRECONDITION,
  preconditionRequired: status.FAILED_PRECONDITION,
  tooManyRequests: status.RESOURCE_EXHAUSTED,
  internal: status.INTERNAL,
  cameraOffline: status.UNAVAILABLE,
  // Trying again helps only after the camera is switched on.
  cameraOff: status.FAILED_PRECONDITION,
  cameraRejected: status.FAILED_PRECONDITION,
  unavailable: status.UNAVAILABLE,
  full: status.RESOURCE_EXHAUSTED,
  configuration: status.INTERNAL,
};

/** Why ingest ended a program's connection as a camera. */
const CLOSE_STATUSES: Readonly<Partial<Record<keyof typeof CAMERA_CLOSE, status>>> = {
  replaced: status.ABORTED,
  removed: status.NOT_FOUND,
};

export function statusOf(error: unknown, log: Log): StatusObject {
  if (error instanceof VigieError) return statusWith(STATUSES[error.code], error.message, error);
  log.error({ err: error }, 'failed to handle a call');
  return statusWith(status.INTERNAL, 'this is an internal error of the server; see its log');
}

export function statusOfClose(reason: keyof typeof CAMERA_CLOSE, detail: string): StatusObject {
  return statusWith(CLOSE_STATUSES[reason] ?? status.UNAVAILABLE, detail);
}

function statusWith(code: status, details: string, error?: VigieError): StatusObject {
  const metadata = new Metadata();
  if (error) metadata.set('vigie-code', error.code);
  if (error?.retryAfterSeconds !== undefined)
    metadata.set('vigie-retry-after-seconds', String(error.retryAfterSeconds));
  return { code, details, metadata };
}
