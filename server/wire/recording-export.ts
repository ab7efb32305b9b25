/** Exports: a range of a camera's recordings as one file, made by the server and kept for its user until it is fetched. */

import { z } from 'zod';
import { count, id, timeMs } from './fields.ts';

/** The latest time of ECMA-262. */
const MAX_DATE_MS = 8.64e15;

/** Longest range of one export; a longer one is refused. */
export const MAX_EXPORT_MS = 2 * 3_600_000;

/** Header of an export's file: how many segments of its range were removed before they could be copied into it. */
export const MISSING_HEADER = 'Vigie-Missing-Segments';

export const EXPORT_STATE = z.enum([
  'preparing',
  'ready',
  /** It is being fetched. */
  'sending',
  /** `problem` says why, and what to do. */
  'failed',
  /** Its last byte was sent, and its file is gone; reported for a while to clients that ask for it. */
  'fetched',
]);

export const RECORDING_EXPORT = z.strictObject({
  id,
  cameraId: id,
  fromMs: timeMs,
  toMs: timeMs,
  state: EXPORT_STATE,
  /** How much of it is prepared, 0 … 1. */
  progress: z.number().min(0).max(1),
  /** Length of the file; null until it is ready. */
  bytes: count.nullable(),
  /** When it is removed unless it is being fetched; null while it is prepared. */
  expiresInMs: count.nullable(),
  /** Why it failed, or that a part is missing in one that is ready. */
  problem: z.string().nullable(),
});
export type ExportView = z.infer<typeof RECORDING_EXPORT>;

const time = z.int().min(0).max(MAX_DATE_MS);
export const NEW_EXPORT = z
  .strictObject({ fromMs: time, toMs: time })
  .refine(({ fromMs, toMs }) => fromMs <= toMs, 'fromMs must not be after toMs');
