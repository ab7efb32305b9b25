/**
 * The services of a rented server that join a house and an edge, as docker-compose.yml starts them: invitation,
 * nats-server, certificate. The house has nothing but the line that was printed.
 */

import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, test, type TestContext } from 'node:test';
import { edgePermissions, sitePermissions } from '../../server/core/edges/subjects.ts';
import { makeCertificate } from '../support/certificates.ts';
import { freePort } from '../support/coturn.ts';
import { installOnDebian } from '../support/debian-packages.ts';
import { ServerProcess } from '../support/server-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const PATH = `${process.execPath.replace(/\/node$/, '')}:/usr/sbin:${process.env['PATH']}`;

const folder = temporaryFolder({ after });
const [nats, certificates, run] = ['nats', 'certificates', 'run'].map((name) => join(folder, name));
assert.ok(nats && certificates && run);
for (const each of [nats, certificates]) mkdirSync(each);
const users = join(nats, 'users.json');
const [port, innerPort] = [await freePort(), await freePort()];
if (!existsSync('/usr/sbin/nats-server') && !existsSync('/usr/bin/nats-server'))
  installOnDebian(['nats-server']);

const env = { PATH, NATS_NAME: 'localhost', NATS_PORT: String(port), NATS_DIR: nats, VIGIE_DIR: ROOT };

const tryToInvite = (house: string) =>
  spawnSync('sh', [join(ROOT, 'turn/invite.sh'), house], { env, encoding: 'utf8' });

/** @returns the line for the house's .env */
function invite(house: string): string {
  const { status, stdout, stderr } = tryToInvite(house);
  assert.equal(status, 0, stderr);
  return stdout.trim();
}

function startNats(t: TestContext): { child: ChildProcess; says: (pattern: RegExp) => Promise<unknown> } {
  const child = spawn('sh', [join(ROOT, 'turn/nats-start.sh')], {
    env: {
      ...env,
      NATS_USERS: users,
      NATS_CERT_DIR: certificates,
      NATS_RUN_DIR: run,
      NATS_INNER_LISTEN: `127.0.0.1:${innerPort}`,
      NATS_WATCH_SECONDS: '0.1',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  t.after(async () => {
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
  });
  return { child, says: (pattern) => until(`${pattern} is said`, () => pattern.test(output)) };
}

const certificate = await makeCertificate();
const authority = join(folder, 'authority.pem');
writeFileSync(authority, certificate.cert);

async function startNode(t: TestContext, settings: Record<string, string>): Promise<ServerProcess> {
  const server = await ServerProcess.start({ env: { NODE_EXTRA_CA_CERTS: authority, ...settings } });
  t.after(() => server.stop());
  return server;
}

const settingsOf = (line: string): Record<string, string> => {
  const [name = '', ...value] = line.split('=');
  return { [name]: value.join('=') };
};

test('an invitation is one line, the same one each time, and its user has the permissions of a site', () => {
  const line = invite('home');
  assert.match(line, new RegExp(`^VIGIE_INVITATION=tls://home:[\\w-]{32}@localhost:${port}$`));
  assert.equal(invite('home'), line);
  const edge = spawnSync(
    process.execPath,
    [
      'server/command-line/main.ts',
      'site',
      'edge',
      'paris',
      '--site',
      'home',
      '--nats',
      'ws://nats',
      '--users',
      users,
    ],
    { cwd: ROOT, encoding: 'utf8' },
  );
  assert.match(edge.stdout, /^VIGIE_INVITATION=ws:\/\/paris:[\w-]{32}@nats\/home\n$/);
  const { household } = JSON.parse(readFileSync(users, 'utf8')) as {
    household: { users: { user: string; permissions: { publish: string[]; allow_responses?: object } }[] };
  };
  assert.deepEqual(
    household.users.map(({ user, permissions }) => [
      user,
      permissions.publish,
      'allow_responses' in permissions,
    ]),
    [
      ['home', sitePermissions('home').publish, true],
      ['paris', edgePermissions('paris', ['home']).publish, false],
    ],
  );
  assert.equal(statSync(users).mode & 0o007, 0, 'others do not read it');
});

test('a house is not invited by the name of an edge, whose password it would get', () => {
  const before = readFileSync(users, 'utf8');
  const { status, stdout, stderr } = tryToInvite('paris');
  assert.notEqual(status, 0);
  assert.equal(stdout, '');
  assert.match(stderr, /paris is an edge in .* already: give this one another name/);
  assert.equal(readFileSync(users, 'utf8'), before);
});

test('a house joins with the line alone, once Caddy has a certificate; another that is invited later too', async (t) => {
  const { says } = startNats(t);
  await says(/no certificate for localhost yet/);
  const place = join(certificates, 'issuer', 'localhost');
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, 'localhost.key'), certificate.key);
  writeFileSync(join(place, 'localhost.crt'), certificate.cert);

  const [, edgePassword = ''] =
    /"user": "paris",\s*"password": "([^"]+)"/.exec(readFileSync(users, 'utf8')) ?? [];
  const [edge, home] = await Promise.all([
    startNode(t, { VIGIE_INVITATION: `ws://paris:${edgePassword}@127.0.0.1:${innerPort}/home` }),
    startNode(t, settingsOf(invite('home'))),
  ]);
  await until(
    'the edge shows the house',
    async () => (await fetch(`${edge.url}/api/cameras`)).status === 401,
  );
  await home.child.line(/NATS connected/);

  const club = await startNode(t, settingsOf(invite('club')));
  await says(/users or certificate have changed/);
  await club.child.line(/NATS connected/);
  assert.equal((await fetch(`${edge.url}/api/cameras`)).status, 401, 'the house is still there');
});
