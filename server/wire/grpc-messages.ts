/**
 * The messages of vigie/v1/vigie.proto as the server handles them: requests are validated by these schemas, answers
 * have their types. test/wire/grpc-messages.test.ts compares each with the .proto.
 *
 * Field names are those of the .proto in camel case, enums are their names, 64-bit numbers are numbers.
 */

import { z } from 'zod';
import { DETECTED_BOX, MAX_BOXES } from './detection.ts';
import { cameraIds, count, id } from './fields.ts';

/** Path of the .proto below server/wire; the folders are those of its package, as `buf lint` requires. */
export const PROTO_FILE = 'vigie/v1/vigie.proto';
export const GRPC_SERVICE = 'vigie.v1.VigieService';

/** A date, µs since the Unix epoch. */
const timeUs = z.number();
const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'must be bytes');

export const CAMERA_STATUSES = [
  'CAMERA_STATUS_UNSPECIFIED',
  'CAMERA_STATUS_ONLINE',
  'CAMERA_STATUS_STALLED',
  'CAMERA_STATUS_OFFLINE',
  'CAMERA_STATUS_NEVER',
  'CAMERA_STATUS_SLEEPING',
  'CAMERA_STATUS_OFF',
] as const;
export const CAMERA_RIGHTS = [
  'CAMERA_RIGHT_UNSPECIFIED',
  'CAMERA_RIGHT_LIVE',
  'CAMERA_RIGHT_LOOK_BACK',
  'CAMERA_RIGHT_EVENTS',
  'CAMERA_RIGHT_CONTROL',
  'CAMERA_RIGHT_PUBLISH',
  'CAMERA_RIGHT_ANALYSE',
] as const;
export const EVENT_KINDS = [
  'EVENT_KIND_UNSPECIFIED',
  'EVENT_KIND_MOTION',
  'EVENT_KIND_OFFLINE',
  'EVENT_KIND_OFF',
  'EVENT_KIND_DETECTION',
] as const;
export const EVENT_SOURCES = [
  'EVENT_SOURCE_UNSPECIFIED',
  'EVENT_SOURCE_SENSOR',
  'EVENT_SOURCE_CAMERA',
  'EVENT_SOURCE_MOTION',
  'EVENT_SOURCE_CONNECTION',
  'EVENT_SOURCE_SWITCH',
  'EVENT_SOURCE_ANALYSER',
] as const;

const CAMERA = z.object({
  id: z.string(),
  name: z.string(),
  status: z.enum(CAMERA_STATUSES),
  lastFrameTimeUs: timeUs.exactOptional(),
  rights: z.array(z.enum(CAMERA_RIGHTS)),
});

const EVENT = z.object({
  id: z.string(),
  cameraId: z.string(),
  kind: z.enum(EVENT_KINDS),
  source: z.enum(EVENT_SOURCES),
  sourceName: z.string(),
  startTimeUs: timeUs,
  endTimeUs: timeUs.exactOptional(),
  zones: z.array(z.string()),
  score: z.number().exactOptional(),
  thumbnail: z.boolean(),
  label: z.string(),
});

const PUBLISH_START = z.object({
  cameraId: id,
  software: z
    .string()
    .max(64)
    .regex(/^\P{C}*$/u, 'must be plain text'),
});
const PUBLISHED_FRAME = z.object({ jpeg: bytes, captureTimeUs: timeUs.exactOptional() });
const PUBLISH_WELCOME = z.object({ ackWindow: count });
const PUBLISH_ACK = z.object({ received: count, refused: count, refusal: z.string() });

/** By name of the message. */
export const GRPC_MESSAGES = {
  ListCamerasRequest: z.object({}),
  ListCamerasResponse: z.object({ cameras: z.array(CAMERA) }),
  WatchFramesRequest: z.object({
    cameraId: id,
    maxFps: z.number().min(0.1).max(60).exactOptional(),
    width: z.int().min(16).max(1600).exactOptional(),
  }),
  WatchFramesResponse: z.object({
    captureTimeUs: timeUs,
    jpeg: bytes,
    width: count,
    height: count,
    passedOver: count,
  }),
  WatchEncodedRequest: z.object({ cameraId: id }),
  WatchEncodedResponse: z.object({
    captureTimeUs: timeUs,
    vp8: bytes,
    keyframe: z.boolean(),
    temporalLayer: count.exactOptional(),
    layerSync: z.boolean(),
    repeatedPicture: z.boolean(),
    width: count,
    height: count,
    passedOver: count,
  }),
  PublishFramesRequest: z.object({
    start: PUBLISH_START.exactOptional(),
    frame: PUBLISHED_FRAME.exactOptional(),
  }),
  PublishFramesResponse: z.object({
    welcome: PUBLISH_WELCOME.exactOptional(),
    ack: PUBLISH_ACK.exactOptional(),
  }),
  WatchEventsRequest: z.object({ cameraIds }),
  WatchEventsResponse: z.object({ event: EVENT.nullable() }),
  ReportDetectionsRequest: z.object({
    cameraId: id,
    captureTimeUs: timeUs.min(0).max(8.64e18),
    boxes: z.array(DETECTED_BOX).max(MAX_BOXES),
  }),
  ReportDetectionsResponse: z.object({ received: count, refused: count, refusal: z.string() }),
};

export type GrpcMessages = { [Name in keyof typeof GRPC_MESSAGES]: z.infer<(typeof GRPC_MESSAGES)[Name]> };
export type GrpcCamera = z.infer<typeof CAMERA>;
export type GrpcEvent = z.infer<typeof EVENT>;
