/**
 * `site`: invites a site, or an edge of one, to the household of a nats-server: adds its user, and prints the one line for
 * the `.env` of that machine. It needs no server and no key.
 */

import { writeInvitation } from '../../core/edges/invitation.ts';
import { isNodeName } from '../../core/edges/subjects.ts';
import { CommandError } from '../command-error.ts';
import type { CommandRun } from '../command-run.ts';
import { addNatsUser } from '../nats-users.ts';

const USERS_FILE = 'nats-users.json';

export async function site({
  words: [action, name = ''],
  options,
  output,
  environment,
}: CommandRun): Promise<void> {
  const isEdge = action === 'edge';
  if (!isEdge && action !== 'invite')
    throw new CommandError('usage', 'site invite NAME, or site edge NAME --site NAME');
  const shown = isEdge ? (options.site ?? environment['VIGIE_SITE'] ?? '') : name;
  for (const each of [name, shown])
    if (!isNodeName(each))
      throw new CommandError('usage', 'sites and edges have names of a-z, 0-9 and -, up to 32 characters');
  const natsUrl = options.nats ?? environment['VIGIE_NATS_PUBLIC_URL'] ?? '';
  if (!/^(?:tls|wss|nats|ws):$/.test(URL.parse(natsUrl)?.protocol ?? ''))
    throw new CommandError(
      'usage',
      'say by --nats where the machine reaches NATS: tls://nats.example.org:4222',
    );
  const path = options.users ?? environment['VIGIE_NATS_USERS'] ?? USERS_FILE;
  const role = { site: shown, edge: isEdge ? name : undefined };
  const password = addNatsUser(path, role);
  const invitation = writeInvitation(natsUrl, { ...role, password });
  output.value({ invitation }, `VIGIE_INVITATION=${invitation}`);
}
