/**
 * An uncaught error ends the process, except an error of a damaged database. Rights are looked up at many moments, also by
 * timers, and each look-up may meet the damage: live video must not end because of it.
 */

import type { Log } from '../log.ts';

/**
 * @param isSurvivable whether the database caused the error
 * @param onSurvived so that the damage becomes an alarm
 */
export function surviveUncaught(
  isSurvivable: (error: unknown) => boolean,
  onSurvived: (error: unknown) => void,
  log: Log,
): void {
  // Unhandled rejections arrive here too.
  process.on('uncaughtException', (error) => {
    if (!isSurvivable(error)) {
      log.fatal({ err: error }, 'failed by an uncaught error');
      process.stderr.write(`${error.stack ?? String(error)}\n`);
      process.exit(1);
    }
    log.error({ err: error }, 'failed to read the database');
    onSurvived(error);
  });
}
