/**
 * The state machine of one camera's update, from staging to a final state. Sans-IO: events and the time come in, the next
 * state goes out.
 *
 *     staged ─▶ offered ─▶ downloading ─▶ restarting ─▶ done | rolledBack | failed
 *       ▲          │            │
 *       └── the connection was lost, at most MAX_ATTEMPTS times
 *
 * Invariants: the version a camera reports overrides the stored state; every state except `staged` and the final ones has
 * a deadline, so none lasts forever; a final state changes only when the camera itself reports the new version.
 */

import type { UpdateState } from '../../wire/firmware.ts';

/** Times are on the caller's clock, in ms. */
export interface FirmwareUpdate {
  /** Null when the image has been deleted. */
  imageId: string | null;
  version: string;
  bytes: number;
  allowOlder: boolean;
  /** The camera's version at the offer; null before. */
  fromVersion: string | null;
  state: UpdateState;
  receivedBytes: number;
  reason: string | null;
  /** Offers made. */
  attempts: number;
  changedAtMs: number;
}

export type UpdateEvent =
  /** @param reason the obstacle; null when the camera is only offline */
  | { type: 'waiting'; reason: string | null }
  | { type: 'offered'; fromVersion: string }
  | { type: 'accepted' }
  /** By the camera, or because the image does not fit it. */
  | { type: 'refused'; reason: string }
  | { type: 'progress'; receivedBytes: number }
  | { type: 'result'; failure: string | null }
  | { type: 'lost' }
  | { type: 'connected'; firmware: string; rolledBackFrom: string | undefined }
  | { type: 'cancelled' }
  /** Only time has passed. */
  | { type: 'time' };

export const MAX_ATTEMPTS = 3;
/** Longer than the timeout of the camera's commands, as a second safety net. */
const OFFER_TIMEOUT_MS = 30_000;
const STALL_TIMEOUT_MS = 60_000;
/** The new firmware has 5 minutes to authenticate itself, then the old one starts and connects. */
const RESTART_TIMEOUT_MS = 10 * 60_000;

const TIMEOUTS_MS: Readonly<Partial<Record<UpdateState, number>>> = {
  offered: OFFER_TIMEOUT_MS,
  downloading: STALL_TIMEOUT_MS,
  restarting: RESTART_TIMEOUT_MS,
};

export function stagedUpdate(
  image: { id: string; version: string; bytes: number },
  allowOlder: boolean,
  nowMs: number,
): FirmwareUpdate {
  return {
    imageId: image.id,
    version: image.version,
    bytes: image.bytes,
    allowOlder,
    fromVersion: null,
    state: 'staged',
    receivedBytes: 0,
    reason: null,
    attempts: 0,
    changedAtMs: nowMs,
  };
}

/** Whether the camera is working on it. */
export function isUnderWay({ state }: FirmwareUpdate): boolean {
  return state === 'offered' || state === 'downloading' || state === 'restarting';
}

/** When to call `advance` with `time`, on the caller's clock; undefined without a deadline. */
export function deadlineOf({ state, changedAtMs }: FirmwareUpdate): number | undefined {
  const timeoutMs = TIMEOUTS_MS[state];
  return timeoutMs === undefined ? undefined : changedAtMs + timeoutMs;
}

/** @returns the new state; the same object when the event changes nothing */
export function advance(update: FirmwareUpdate, event: UpdateEvent, nowMs: number): FirmwareUpdate {
  const change = changeBy(update, event, nowMs);
  return change ? { ...update, ...change, changedAtMs: nowMs } : update;
}

function changeBy(
  update: FirmwareUpdate,
  event: UpdateEvent,
  nowMs: number,
): Partial<FirmwareUpdate> | undefined {
  const { state, receivedBytes, bytes, attempts } = update;
  const transferring = state === 'offered' || state === 'downloading';
  switch (event.type) {
    case 'waiting':
      return state === 'staged' && update.reason !== event.reason ? { reason: event.reason } : undefined;
    case 'offered':
      if (state !== 'staged') return undefined;
      return {
        state: 'offered',
        attempts: attempts + 1,
        fromVersion: event.fromVersion,
        receivedBytes: 0,
        reason: null,
      };
    case 'accepted':
      return state === 'offered' ? { state: 'downloading' } : undefined;
    case 'refused':
      return state === 'staged' || transferring ? failed(event.reason) : undefined;
    case 'progress': {
      const received = Math.min(event.receivedBytes, bytes);
      const isNews = transferring && (state === 'offered' || received > receivedBytes);
      return isNews ? { state: 'downloading', receivedBytes: received } : undefined;
    }
    case 'result':
      // Also for an update that was given up here: a camera that has the whole image restarts all the same.
      if (event.failure === null)
        return transferring || state === 'failed'
          ? { state: 'restarting', receivedBytes: bytes, reason: null }
          : undefined;
      return transferring ? failed(event.failure) : undefined;
    case 'lost':
      return transferring ? afterLoss(attempts) : undefined;
    case 'connected':
      return afterConnecting(update, event);
    case 'cancelled':
      return transferring ? failed('cancelled by an administrator') : undefined;
    case 'time':
      return nowMs >= (deadlineOf(update) ?? Infinity) ? afterTimeout(update) : undefined;
    default:
      return event satisfies never;
  }
}

function afterConnecting(
  update: FirmwareUpdate,
  { firmware, rolledBackFrom }: Extract<UpdateEvent, { type: 'connected' }>,
): Partial<FirmwareUpdate> | undefined {
  const { state, version, fromVersion, attempts, bytes } = update;
  const done = { state: 'done', receivedBytes: bytes, reason: null } as const;
  if (state === 'restarting') {
    if (firmware === version) return done;
    const reason = `the camera came back with ${firmware || 'a firmware without a version'}`;
    return rolledBackFrom === version
      ? { state: 'rolledBack', reason: `${version} could not reach the server, so ${reason}` }
      : failed(reason);
  }
  // Its report of success was lost. When the same version was installed again, this cannot be detected.
  if (attempts > 0 && state !== 'done' && firmware === version && fromVersion !== version) return done;
  // A connection that replaced another one: the former is lost.
  return state === 'offered' || state === 'downloading' ? afterLoss(attempts) : undefined;
}

function afterLoss(attempts: number): Partial<FirmwareUpdate> {
  return attempts < MAX_ATTEMPTS
    ? { state: 'staged', receivedBytes: 0, reason: null }
    : failed(`the connection to the camera was lost ${attempts} times during the update`);
}

function afterTimeout({ state }: FirmwareUpdate): Partial<FirmwareUpdate> {
  if (state === 'offered') return failed('the camera did not answer the offer');
  if (state === 'downloading')
    return failed(`the download made no progress for ${STALL_TIMEOUT_MS / 1000} s; is its Wi-Fi weak?`);
  return failed(`the camera did not come back within ${RESTART_TIMEOUT_MS / 60_000} minutes of restarting`);
}

function failed(reason: string): Partial<FirmwareUpdate> {
  return { state: 'failed', reason };
}
