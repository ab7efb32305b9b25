/**
 * The command line: a command for the data folder, or the server itself.
 *
 * Invariant: an error that its reader can act on is one line on standard error, and the exit code 1.
 */

import { loadConfig, type Config } from '../config/config.ts';
import { VigieError } from '../errors.ts';
import { createLog, type Log } from '../log.ts';
import { isDiskFull } from '../store/database.ts';
import { runCommand } from './commands.ts';

export async function runCommandLine(serve: (config: Config, log: Log) => Promise<void>): Promise<void> {
  try {
    const config = loadConfig({ env: process.env, cwd: process.cwd(), args: process.argv.slice(2) });
    if (config.command.name !== 'serve') return await runCommand(config.command, config);
    const log = createLog(config.logLevel);
    for (const warning of config.warnings) log.warn(warning);
    await serve(config, log);
  } catch (error) {
    const isFull = isDiskFull(error);
    if (!isFull && (!(error instanceof VigieError) || error.code !== 'configuration')) throw error;
    const advice = isFull ? ': make room on the disk that holds the data folder, then start again' : '';
    process.stderr.write(`${(error as Error).message}${advice}\n`);
    // Everything opened is closed by now, so the process exits.
    process.exitCode = 1;
  }
}
