/** Validates every text message of a camera, once, before anything acts on it. */

import { z } from 'zod';
import { UPLINK_SETTINGS } from '../wire/camera.ts';
import { validate } from '../wire/validate.ts';
import {
  MAX_FIRMWARE_BYTES,
  MAX_FRAME_INTERVAL_MS,
  type AppliedMessage,
  type CameraToServer,
  type HelloMessage,
  type MotionMessage,
  type OtaProgressMessage,
  type OtaResultMessage,
  type RejectedMessage,
  type TelemetryMessage,
  type TimeRequest,
} from '../wire/camera-protocol.ts';

const id = z.int().min(0).max(0xffff_ffff);
/** µs of the camera's clock, which should be monotonic; camera-clock.ts checks it. */
const clockUs = z.number();
const label = z.string().max(64);
const reason = z.string().max(200);
const bytes = z
  .number()
  .min(0)
  .max(2 ** 40);
const cameraId = z
  .string()
  .min(1)
  .refine((text) => Buffer.byteLength(text) <= 255, 'at most 255 bytes');

const HELLO = z.object({
  type: z.literal('hello'),
  cameraId,
  nonce: z.string().length(43),
  hmac: z.string().regex(/^[0-9a-f]{64}$/),
  firmware: label,
  board: label,
  sensor: label,
  capabilities: z.array(label).max(32),
  target: z.string().max(16).exactOptional(),
  rolledBackFrom: label.exactOptional(),
  frameIntervalMs: z.int().min(1).max(MAX_FRAME_INTERVAL_MS).exactOptional(),
  settings: z.object(UPLINK_SETTINGS.shape).exactOptional(),
}) satisfies z.ZodType<HelloMessage>;

const TIME = z.object({
  type: z.literal('time'),
  id,
  t0: clockUs,
  answered: z.object({ id, t3: clockUs }).exactOptional(),
}) satisfies z.ZodType<TimeRequest>;

const APPLIED = z.object({ type: z.literal('applied'), id }) satisfies z.ZodType<AppliedMessage>;

const REJECTED = z.object({
  type: z.literal('rejected'),
  id,
  reason,
}) satisfies z.ZodType<RejectedMessage>;

const TELEMETRY = z.object({
  type: z.literal('telemetry'),
  rssi: z.number().min(-200).max(100),
  heap: bytes,
  psram: bytes,
  fps: z.number().min(0).max(1000),
  drops: z.int().min(0),
  sendStalls: z.int().min(0).exactOptional(),
  resetReason: label,
}) satisfies z.ZodType<TelemetryMessage>;

const MOTION = z.object({
  type: z.literal('motion'),
  active: z.boolean(),
}) satisfies z.ZodType<MotionMessage>;

const OTA_PROGRESS = z.object({
  type: z.literal('otaProgress'),
  id,
  receivedBytes: z.int().min(0).max(MAX_FIRMWARE_BYTES),
}) satisfies z.ZodType<OtaProgressMessage>;

const OTA_RESULT = z.discriminatedUnion('ok', [
  z.object({ type: z.literal('otaResult'), id, ok: z.literal(true) }),
  z.object({ type: z.literal('otaResult'), id, ok: z.literal(false), reason }),
]) satisfies z.ZodType<OtaResultMessage>;

const MESSAGE = z.discriminatedUnion('type', [
  TIME,
  APPLIED,
  REJECTED,
  TELEMETRY,
  MOTION,
  OTA_PROGRESS,
  OTA_RESULT,
]);

/** @returns the first message of a camera, or why it is invalid */
export function parseHello(text: string): HelloMessage | string {
  return parse(HELLO, text);
}

/** @returns any later message, or why it is invalid. Unknown fields are ignored: newer firmware may send them. */
export function parseCameraMessage(text: string): Exclude<CameraToServer, HelloMessage> | string {
  return parse(MESSAGE, text);
}

function parse<T>(schema: z.ZodType<T>, text: string): T | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'not JSON';
  }
  const parsed = validate(schema, value);
  return parsed.success ? parsed.data : z.prettifyError(parsed.error).replaceAll(/\s+/g, ' ');
}
