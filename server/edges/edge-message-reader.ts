/** Reads what sites and edges say to each other: bounded, validated once, and never thrown about. */

import {
  CAMERA_DEMAND,
  CAMERA_OFFER,
  DEMAND_REFUSAL,
  EDGE_MESSAGE_VERSION,
  MAX_EDGE_MESSAGE_BYTES,
  type CameraDemand,
  type CameraOffer,
  type DemandRefusal,
} from '../wire/edge-messages.ts';
import { validate } from '../wire/validate.ts';

/** @returns the demand, or how to refuse it */
export function readDemand(data: Uint8Array): CameraDemand | DemandRefusal {
  const message = parsed(data);
  const demand = validate(CAMERA_DEMAND, message);
  if (demand.success) return demand.data;
  return { version: EDGE_MESSAGE_VERSION, refused: isOtherVersion(message) ? 'version' : 'malformed' };
}

/** @returns the offer, or the refusal, or undefined: nobody can read it */
export function readOffer(data: Uint8Array): CameraOffer | DemandRefusal | undefined {
  const message = parsed(data);
  const offer = validate(CAMERA_OFFER, message);
  if (offer.success) return offer.data;
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
