/** Lost and damaged data in words, with what to do. */

import type { HealthProblem } from '../../server/wire/health.ts';

const NOTHING_STORED = 'Live video continues, but nothing is stored.';

const WORDS: Readonly<Record<HealthProblem, string>> = {
  databaseMissing: `The server’s database is missing: its file was removed, or its disk is missing. ${NOTHING_STORED} Put it back, or stop the server and restore a backup.`,
  databaseReplaced: `Another file has replaced the server’s database. ${NOTHING_STORED} Restart the server to use that file, or put the old one back.`,
  databaseDamaged: `The server’s database is damaged. ${NOTHING_STORED} Stop the server and restore a backup.`,
  recordingsMissing:
    'The folder of the recordings, or its disk, is missing. Nothing is recorded until it is back.',
};

export function healthText(problem: HealthProblem): string {
  return WORDS[problem];
}
