/**
 * The users of a household in the configuration of nats-server: a file that it includes, with the permissions of each
 * role (core/edges/subjects.ts).
 *
 * Invariants: a user that is there keeps its password and its role: a site and an edge never share a password; a reader
 * never sees half a file, and nobody but its owner and group reads it.
 */

import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import {
  claimSubject,
  edgePermissions,
  sitePermissions,
  type NatsPermissions,
} from '../core/edges/subjects.ts';
import { CommandError } from './command-error.ts';

/** NATS reads JSON as well as its own form. */
const FILE = z.object({
  household: z.object({
    users: z.array(
      z.looseObject({
        user: z.string(),
        password: z.string(),
        permissions: z.looseObject({ publish: z.array(z.string()) }),
      }),
    ),
  }),
});
type UsersFile = z.infer<typeof FILE>;
type KnownUser = UsersFile['household']['users'][number];

const PASSWORD_BYTES = 24;
const ANSWERS = { max: 1, expires: '5s' };

export interface NatsUserRole {
  site: string;
  /** Undefined: the site's own user. */
  edge: string | undefined;
}

/** Adds the user, or gives it the permissions of now. @returns its password @throws CommandError `failed` */
export function addNatsUser(path: string, { site, edge }: NatsUserRole): string {
  const file = readUsers(path);
  const { users } = file.household;
  const user = edge ?? site;
  const known = users.find((each) => each.user === user);
  const isEdge = edge !== undefined;
  if (known && isEdge === known.permissions.publish.includes(claimSubject(user)))
    throw new CommandError(
      'failed',
      `${user} is ${isEdge ? 'a site' : 'an edge'} in ${path} already: give this one another name`,
    );
  const password = known?.password ?? randomBytes(PASSWORD_BYTES).toString('base64url');
  const permissions = isEdge ? edgePermissions(edge, [site]) : sitePermissions(site);
  const added = { user, password, permissions: inConfiguration(permissions) };
  const next = known ? users.map((each) => (each.user === user ? added : each)) : [...users, added];
  writeUsers(path, { household: { users: next } });
  return password;
}

function inConfiguration({ publish, subscribe, answers }: NatsPermissions): KnownUser['permissions'] {
  return { publish, subscribe, ...(answers && { allow_responses: ANSWERS }) };
}

function readUsers(path: string): UsersFile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { household: { users: [] } };
    throw error;
  }
  try {
    return FILE.parse(JSON.parse(text));
  } catch (error) {
    throw new CommandError('failed', `${path} holds something else than users of NATS`, { cause: error });
  }
}

function writeUsers(path: string, file: UsersFile): void {
  const next = `${path}.new`;
  writeFileSync(next, `${JSON.stringify(file, undefined, 2)}\n`, { mode: 0o640 });
  try {
    const { uid, gid, mode } = statSync(path);
    chmodSync(next, mode);
    chownSync(next, uid, gid);
  } catch (error) {
    // The first one belongs to whoever makes it; only root gives files away.
    if (!['ENOENT', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
  renameSync(next, path);
}
