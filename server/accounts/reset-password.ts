/**
 * `npm start -- --reset-password USER`: restores access when the last administrator's password is lost. It needs write
 * access to the data folder.
 *
 * It works while the server runs, which acts on it within a second (password-reset-watch.ts).
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { wallMs } from '../core/clock.ts';
import { VigieError } from '../errors.ts';
import type { Log } from '../log.ts';
import { FILE_NAME, inTransaction, isLocked, openWriter } from '../store/database.ts';
import { assertSchema } from '../store/migrate.ts';
import { randomText } from '../store/random-id.ts';
import { hashPassword } from './password-hash.ts';
import { PasswordResetQueries } from './password-reset-store.ts';
import { UserQueries } from './user-store.ts';
import { GENERATED_PASSWORD_CHARACTERS } from './users.ts';

export interface ResetPasswordOptions {
  dataDir: string;
  username: string;
  confirm: (question: string) => Promise<boolean>;
  log: Log;
  nowMs?: () => number;
}

/** Time for a busy server, or another program, to release the lock. */
const LOCK_TIMEOUT_MS = 20_000;

/**
 * Ends the user's sessions and API keys.
 *
 * @returns the new password, which is stored nowhere
 * @throws VigieError `configuration` when there is no such user or database, or the user declined; nothing is changed then
 */
export async function resetPassword(options: ResetPasswordOptions): Promise<string> {
  const { dataDir, username, confirm, log, nowMs = wallMs } = options;
  const path = join(dataDir, FILE_NAME);
  if (!existsSync(path))
    throw new VigieError('configuration', `there is no database in ${dataDir}: set VIGIE_DATA_DIR`);
  const database = openWriter(path, LOCK_TIMEOUT_MS);
  try {
    assertSchema(database, path);
    const users = new UserQueries(database);
    const user = users.findByName(username);
    if (!user) {
      const names = users.list().map((each) => `${each.username} (${each.role})`);
      throw new VigieError('configuration', `there is no user ${username}; there are ${names.join(', ')}`);
    }
    const question = `Give ${user.username} (${user.role}) a new password, end all of that user's sessions and revoke that user's API keys?`;
    if (!(await confirm(question))) throw new VigieError('configuration', 'nothing was changed');
    const password = randomText(GENERATED_PASSWORD_CHARACTERS);
    const passwordHash = await hashPassword(password);
    const ended = inTransaction(database, () => {
      const sessionIds = users.change(user.id, { passwordHash });
      new PasswordResetQueries(database).add(user.id, sessionIds, nowMs());
      return sessionIds;
    });
    log.warn(
      { userId: user.id, username: user.username, ended: ended.length },
      'password changed by command',
    );
    return password;
  } catch (error) {
    if (!isLocked(error)) throw error;
    const detail = `another program keeps ${path} locked: end that one, then try again`;
    throw new VigieError('configuration', detail, { cause: error });
  } finally {
    database.close();
  }
}
