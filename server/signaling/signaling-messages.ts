/** Validates every message of a viewer once, before it is used, and words the refusals. */

import { z } from 'zod';
import { VigieError } from '../errors.ts';
import { validate } from '../wire/validate.ts';
import { MAX_SHOWN_PIXELS, PICTURE_QUALITIES } from '../wire/shown-view.ts';
import {
  MAX_ICE_CANDIDATES,
  type PictureAckMessage,
  type AuthenticateMessage,
  type ResponseMessage,
  type SignalingMethod,
  type SignalingMethods,
} from '../wire/signaling.ts';

const id = z.string().min(1).max(64);
const token = z.string().min(1).max(4096);
const nothing = z.strictObject({});
const fingerprint = z.strictObject({
  algorithm: z.enum(['sha-256', 'sha-384', 'sha-512']),
  value: z.string().regex(/^[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){31,63}$/),
});
const consumer = z.strictObject({ consumerId: id });
const shownPixels = z.int().min(1).max(MAX_SHOWN_PIXELS);
const u32 = z.int().min(0).max(0xffffffff);

const REQUESTS = {
  authenticate: z.strictObject({ token }),
  getRouterRtpCapabilities: nothing,
  createWebRtcTransport: nothing,
  connectWebRtcTransport: z.strictObject({
    transportId: id,
    dtlsParameters: z.strictObject({
      // Whatever role the browser prefers, it becomes the client: an ICE-lite server waits.
      role: z.enum(['auto', 'client']).optional(),
      fingerprints: z.array(fingerprint).min(1).max(4),
    }),
  }),
  addIceCandidates: z.strictObject({
    transportId: id,
    candidates: z
      .array(z.strictObject({ address: z.string().min(2).max(64), port: z.int().min(1).max(65_535) }))
      .min(1)
      .max(MAX_ICE_CANDIDATES),
  }),
  closeWebRtcTransport: z.strictObject({ transportId: id }),
  getIceServers: nothing,
  restartIce: z.strictObject({ transportId: id }),
  consume: z.strictObject({ transportId: id, cameraId: id, takesFlexfec: z.boolean().optional() }),
  pauseConsumer: consumer,
  resumeConsumer: consumer,
  closeConsumer: consumer,
  setView: z.strictObject({
    consumerId: id,
    width: shownPixels,
    height: shownPixels,
    focused: z.boolean().optional(),
  }),
  setQuality: z.strictObject({ quality: z.enum(PICTURE_QUALITIES) }),
  setFrameTimings: z.strictObject({ consumerId: id, enabled: z.boolean() }),
  setDetections: z.strictObject({ cameraId: id, enabled: z.boolean() }),
  watchFrames: z.strictObject({
    cameraId: id,
    maxFps: z.number().min(1).max(60).optional(),
    width: z.int().min(16).max(1600).optional(),
  }),
  stopFrames: z.strictObject({ watchId: u32 }),
  setWatched: z.strictObject({ cameraIds: z.array(id).max(1_000) }),
  getTime: z.strictObject({ t0: z.number() }),
} satisfies { [M in SignalingMethod]: z.ZodType };

export const SIGNALING_METHODS = Object.keys(REQUESTS) as [SignalingMethod];

const REQUEST = z.strictObject({
  type: z.literal('request'),
  id: z.int().min(0),
  method: z.enum(SIGNALING_METHODS),
  data: z.unknown().optional(),
});

const ACK = z.strictObject({ type: z.literal('ack'), watchId: u32, sequence: u32 });

const MESSAGE = z.discriminatedUnion('type', [REQUEST, ACK]);

const AUTHENTICATE = z.strictObject({ type: z.literal('authenticate'), token });

/** A request with data that matches its method. */
export type Request = {
  [M in SignalingMethod]: { id: number; method: M; data: SignalingMethods[M]['request'] };
}[SignalingMethod];

/** @throws VigieError `badRequest` */
export function parseAuthenticate(text: string): AuthenticateMessage {
  return parse(AUTHENTICATE, parseJson(text), 'the first message must be {"type":"authenticate","token":…}');
}

/**
 * @throws VigieError `badRequest` when the message is neither an ack nor a request. A request with wrong data is
 * returned with its id and the error, so it can be answered.
 */
export function parseRequest(text: string): PictureAckMessage | Request | { id: number; error: VigieError } {
  const message = parse(MESSAGE, parseJson(text), 'this message is not part of the signaling protocol');
  if (message.type === 'ack') return message;
  const { id: requestId, method, data } = message;
  const parsed = validate<unknown>(REQUESTS[method], data ?? {});
  if (!parsed.success) {
    return {
      id: requestId,
      error: new VigieError('badRequest', `${method}: ${z.prettifyError(parsed.error)}`),
    };
  }
  // The table above pairs each method with the schema of its data; the compiler cannot follow that.
  return { id: requestId, method, data: parsed.data } as Request;
}

/** The answer to a request that failed. */
export function refusalOf(requestId: number, error: unknown): ResponseMessage {
  const { code, message, watching } =
    error instanceof VigieError ? error : new VigieError('internal', 'see the log');
  const body = { code, detail: message, ...(watching !== undefined && { watching }) };
  return { type: 'response', id: requestId, ok: false, error: body };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new VigieError('badRequest', 'the message is not JSON', { cause: error });
  }
}

function parse<T>(schema: z.ZodType<T>, value: unknown, detail: string): T {
  const parsed = validate(schema, value);
  if (!parsed.success) throw new VigieError('badRequest', `${detail}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
