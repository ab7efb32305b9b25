/** Reads the messages between sites and edges: bounded, validated once. It never throws. */

import type { z } from 'zod';
import {
  DEMAND_REFUSAL,
  EDGE_MESSAGE_VERSION,
  MAX_EDGE_MESSAGE_BYTES,
  type DemandRefusal,
} from '../wire/edge-messages.ts';
import { validate } from '../wire/validate.ts';

/** @returns an edge's message, validated by this schema, or its refusal */
export function readFromEdge<T>(schema: z.ZodType<T>, data: Uint8Array): T | DemandRefusal {
  const message = parsed(data);
  const read = validate(schema, message);
  if (read.success) return read.data;
  return { version: EDGE_MESSAGE_VERSION, refused: isOtherVersion(message) ? 'version' : 'malformed' };
}

/** @returns a site's answer, validated by this schema, or the site's refusal; undefined for any other message */
export function readFromSite<T>(schema: z.ZodType<T>, data: Uint8Array): T | DemandRefusal | undefined {
  const message = parsed(data);
  const read = validate(schema, message);
  if (read.success) return read.data;
  const refusal = validate(DEMAND_REFUSAL, message);
  if (refusal.success) return refusal.data;
  return undefined;
}

function parsed(data: Uint8Array): unknown {
  if (data.length > MAX_EDGE_MESSAGE_BYTES) return undefined;
  try {
    return JSON.parse(Buffer.from(data.buffer, data.byteOffset, data.length).toString('utf8'));
  } catch {
    return undefined;
  }
}

function isOtherVersion(message: unknown): boolean {
  if (typeof message !== 'object' || message === null || !('version' in message)) return false;
  return Number.isSafeInteger(message.version) && message.version !== EDGE_MESSAGE_VERSION;
}
