/** Whether the server's data are intact, as /api/health reports to everyone, and signaling to administrators. */

import { z } from 'zod';

/**
 * - `databaseMissing`: its file was removed, or the disk it is on is gone
 * - `databaseReplaced`: another file has taken its place
 * - `databaseDamaged`: it was overwritten or cut short, or a check found damage
 * - `recordingsMissing`: their folder was removed, or the disk it is on is gone
 */
export const HEALTH_PROBLEM = z.enum([
  'databaseMissing',
  'databaseReplaced',
  'databaseDamaged',
  'recordingsMissing',
]);
export type HealthProblem = z.infer<typeof HEALTH_PROBLEM>;

/** Answered with 200 in either case: a restart would not help, and live video continues. */
export const HEALTH = z.union([
  z.strictObject({ status: z.literal('ok') }),
  z.strictObject({ status: z.literal('degraded'), problems: z.array(HEALTH_PROBLEM).min(1) }),
]);
export type Health = z.infer<typeof HEALTH>;

export function healthOf(problems: readonly HealthProblem[]): Health {
  return problems.length === 0 ? { status: 'ok' } : { status: 'degraded', problems: [...problems] };
}
