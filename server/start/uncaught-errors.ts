/**
 * An error that nobody caught ends the process, as ever; but one of a damaged database does not. Rights are looked up at many
 * moments, by timers too, and each of them may be the one that meets the damage: live video must not end for that.
 */

import type { Log } from '../log.ts';

/**
 * @param isSurvivable told by whoever knows the database
 * @param onSurvived so that the damage becomes an alarm
 */
export function surviveUncaught(
  isSurvivable: (error: unknown) => boolean,
  onSurvived: (error: unknown) => void,
  log: Log,
): void {
  // Rejected promises that nobody handles come here too.
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
