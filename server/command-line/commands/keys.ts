/** The command `keys` lists, creates and revokes API keys. It needs a key with `administer`. */

import type { NewApiKey } from '../../wire/api-key.ts';
import { NEW_API_KEY } from '../../wire/api-key.ts';
import { validate } from '../../wire/validate.ts';
import { CommandError } from '../command-error.ts';
import type { CommandRun } from '../command-run.ts';
import { findCamera } from './cameras.ts';

const DAY_MS = 86_400_000;

export async function keys(run: CommandRun): Promise<void> {
  const [action = 'list', word] = run.words;
  if (action === 'list') return list(run);
  if (word === undefined || (action !== 'add' && action !== 'revoke'))
    throw new CommandError('usage', 'keys list, keys add NAME, or keys revoke ID');
  return action === 'add' ? add(run, word) : revoke(run, word);
}

async function list({ api, output }: CommandRun): Promise<void> {
  const listed = await api.call('GET /api/keys', {});
  output.table(listed, ['ID', 'NAME', 'USER', 'LAST USED', 'EXPIRES'], (key) => [
    key.id,
    key.name,
    key.username,
    dateOrNever(key.lastUsedAtMs),
    dateOrNever(key.expiresAtMs),
  ]);
}

async function add({ api, output, options, nowMs }: CommandRun, name: string): Promise<void> {
  const cameras: NewApiKey['cameras'] = [];
  for (const pair of options.camera === undefined ? [] : [options.camera]) {
    const { id } = await findCamera(api, pair);
    cameras.push({ cameraId: id, rights: rightsOf(options.rights) });
  }
  const given = {
    name,
    cameras,
    everyCamera: options.camera === undefined && options.power === undefined ? rightsOf(options.rights) : [],
    powers: options.power === undefined ? [] : [options.power],
    expiresAtMs: options.days === undefined ? null : Math.round(nowMs() + Number(options.days) * DAY_MS),
  };
  const body = validate(NEW_API_KEY, given);
  if (!body.success)
    throw new CommandError(
      'usage',
      body.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
    );
  const made = await api.call('POST /api/keys', { body: body.data });
  output.value(made, made.secret);
}

async function revoke({ api, output }: CommandRun, keyId: string): Promise<void> {
  await api.call('DELETE /api/keys/:keyId', { params: { keyId } });
  output.value({ keyId, revoked: true }, `${keyId} revoked`);
}

function dateOrNever(ms: number | null): string {
  return ms === null ? 'never' : new Date(ms).toISOString();
}

function rightsOf(text = 'live'): NewApiKey['everyCamera'] {
  return text.split(',') as NewApiKey['everyCamera'];
}
