/** The commands for the data folder, which `npm start` runs instead of serving. */

import { resetPassword } from '../accounts/reset-password.ts';
import { recordCommand } from '../audit/record-command.ts';
import { writeBackup } from '../backup/backup-file.ts';
import { restoreBackup } from '../backup/restore-backup.ts';
import type { Command } from '../config/command-line.ts';
import { describeConfig, type Config } from '../config/config.ts';
import { VigieError } from '../errors.ts';
import { createLog } from '../log.ts';
import { askPassword, confirmer } from './terminal.ts';

const MIN_PASSWORD_CHARACTERS = 8;

/** @throws VigieError `configuration` when it failed, with the remedy */
export async function runCommand(
  command: Exclude<Command, { name: 'serve' }>,
  config: Config,
): Promise<void> {
  const { dataDir } = config;
  try {
    switch (command.name) {
      case 'checkConfig':
        return checkConfig(config);
      case 'resetPassword': {
        const { username } = command;
        const log = createLog(config.logLevel);
        const confirm = confirmer(command.confirmed);
        const password = await resetPassword({ dataDir, username, confirm, log });
        record(dataDir, 'passwordReset', { user: username });
        return say(
          `New password: ${username} / ${password}`,
          '(It is not shown again. Change it in the web app.)',
        );
      }
      case 'backup': {
        const password = config.backupPassword ?? (await newPassword());
        await writeBackup({ dataDir, file: command.file, password });
        record(dataDir, 'backupWritten', { encrypted: password !== undefined });
        return say(
          `Backup written: ${command.file}${password === undefined ? ', not encrypted: it contains keys and certificates' : ', encrypted'}`,
          'Recordings are not in it.',
        );
      }
      case 'restore': {
        const password = async () => config.backupPassword ?? (await askPassword('Password of the backup: '));
        const confirm = confirmer(command.confirmed);
        const restored = await restoreBackup({ dataDir, file: command.file, askPassword: password, confirm });
        record(dataDir, 'backupRestored', {});
        const { cameras, users, replaced } = restored;
        return say(
          `Restored: ${cameras} cameras, ${users} users. Everybody has to sign in again; all API keys are revoked.`,
          ...(replaced === undefined
            ? []
            : [`What was there is in ${replaced}; remove it when all is well.`]),
        );
      }
    }
  } catch (error) {
    if (error instanceof VigieError || !(error instanceof Error) || !('code' in error)) throw error;
    // An error of the disk or of SQLite.
    throw new VigieError('configuration', error.message, { cause: error });
  }
}

/** A failure to write the audit log undoes nothing; it is shown on the terminal. */
function record(...command: Parameters<typeof recordCommand>): void {
  const failure = recordCommand(...command);
  if (failure instanceof Error)
    process.stderr.write(`It was not written into the audit log: ${failure.message}\n`);
}

function checkConfig(config: Config): void {
  say(describeConfig(config));
  // Not on the standard output, which can be pasted into .env.
  for (const warning of config.warnings) process.stderr.write(`${warning}\n`);
}

/** @returns undefined for a backup that is not encrypted */
async function newPassword(): Promise<string | undefined> {
  const password = await askPassword('Password to encrypt the backup with (empty: not encrypted): ');
  if (password === undefined) return undefined;
  if (password.length < MIN_PASSWORD_CHARACTERS)
    throw new VigieError('configuration', `a password has at least ${MIN_PASSWORD_CHARACTERS} characters`);
  if ((await askPassword('The same again: ')) !== password)
    throw new VigieError('configuration', 'the two passwords differ');
  return password;
}

function say(...lines: string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}
