import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { checkServerIdentity, connect } from 'node:tls';
import { pino } from 'pino';
import type { CertificatePair } from '../../server/core/certificate-pair.ts';
import { VigieError } from '../../server/errors.ts';
import { issueServerCertificate } from '../../server/tls/local-certificates.ts';
import { LocalAuthority, type LocalAuthorityOptions } from '../../server/tls/local-authority.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const DAY_MS = 86_400_000;
const NAMES = [
  'localhost',
  'raspberrypi',
  'raspberrypi.local',
  '127.0.0.1',
  '::1',
  '192.168.1.20',
  '203.0.113.7',
];

async function open(context: TestContext, dataDir: string, options: Partial<LocalAuthorityOptions> = {}) {
  const lines: Record<string, unknown>[] = [];
  const log = pino({}, { write: (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>) });
  const local = await LocalAuthority.open({ dataDir, names: () => NAMES, log, ...options });
  context.after(() => local.close());
  return { local, lines };
}

/** A real handshake. @returns the client's refusal, or undefined */
async function refusal(
  { cert, key }: CertificatePair,
  ca: string,
  name: string,
): Promise<string | undefined> {
  const server = createServer({ cert, key }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect({
    port: (server.address() as AddressInfo).port,
    host: '127.0.0.1',
    ca,
    servername: '',
    checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate),
  });
  try {
    await once(socket, 'secureConnect');
    return undefined;
  } catch (error) {
    return (error as Error).message;
  } finally {
    socket.destroy();
    server.close();
  }
}

test('a client that trusts the authority trusts the server by each of its names', async (context) => {
  const { local } = await open(context, temporaryFolder(context));
  for (const name of NAMES)
    assert.equal(await refusal(local.current, local.authority.pem, name), undefined, name);
  assert.match((await refusal(local.current, local.authority.pem, 'other.local')) ?? '', /does not match/);
});

test('phones and cameras accept the certificates', async (context) => {
  const { local } = await open(context, temporaryFolder(context));
  const authority = new X509Certificate(local.authority.pem);
  const server = new X509Certificate(local.current.cert);
  assert.equal(authority.ca, true);
  assert.equal(server.ca, false);
  assert.ok(server.checkIssued(authority) && server.verify(authority.publicKey));
  assert.ok(authority.verify(authority.publicKey));
  assert.deepEqual(server.keyUsage, ['1.3.6.1.5.5.7.3.1']);
  for (const { publicKey } of [authority, server])
    assert.equal(publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1');
  const days = (server.validToDate.getTime() - server.validFromDate.getTime()) / DAY_MS;
  assert.ok(days < 397, `${days} days`);
  assert.match(local.authority.fingerprint, /^(?:[\dA-F]{2}:){31}[\dA-F]{2}$/);
  assert.deepEqual(new X509Certificate(local.authority.der).raw, authority.raw);
  // Two authorities on one phone can be distinguished.
  const other = await open(context, temporaryFolder(context));
  assert.notEqual(new X509Certificate(other.local.authority.pem).subject, authority.subject);
});

test('the authority is not valid for names outside the LAN', async (context) => {
  const folder = temporaryFolder(context);
  const { local } = await open(context, folder);
  const stolen = { cert: local.authority.pem, key: readFileSync(join(folder, 'tls', 'ca.key'), 'utf8') };
  const issue = (name: string): Promise<CertificatePair> =>
    issueServerCertificate(stolen, [name], Date.now());
  for (const name of [
    'bank.example',
    'raspberrypi.example',
    'xlocal',
    '203.0.113.8',
    '8.8.8.8',
    '2001:db8::1',
  ])
    assert.equal(await refusal(await issue(name), stolen.cert, name), 'permitted subtree violation', name);
  for (const name of ['printer.local', 'nas.lan', 'nas.home.arpa', '10.1.2.3', '100.100.1.1', 'fd00::1'])
    assert.equal(await refusal(await issue(name), stolen.cert, name), undefined, name);
});

test('OpenSSL finds no fault except the intended one', async (context) => {
  const folder = temporaryFolder(context);
  const { local } = await open(context, folder);
  writeFileSync(join(folder, 'server.pem'), local.current.cert);
  const { stdout, stderr } = spawnSync(
    'openssl',
    [
      'verify',
      '-x509_strict',
      '-CAfile',
      join(folder, 'tls', 'ca.crt'),
      '-purpose',
      'sslserver',
      join(folder, 'server.pem'),
    ],
    { encoding: 'utf8' },
  );
  assert.match(stdout, /server\.pem: OK/, stderr);
});

test('authority and certificate survive a restart, and only the owner can read the keys', async (context) => {
  const folder = temporaryFolder(context);
  const first = await open(context, folder);
  const second = await open(context, folder);
  assert.equal(second.local.authority.pem, first.local.authority.pem);
  assert.deepEqual(second.local.current, first.local.current);
  for (const name of ['ca.key', 'server.key'])
    assert.equal(statSync(join(folder, 'tls', name)).mode & 0o777, 0o600, name);
  assert.equal(statSync(join(folder, 'tls')).mode & 0o777, 0o700);
});

test('a new name or address, or a near expiry, causes a new certificate by the same authority', async (context) => {
  const names = [...NAMES];
  let nowMs = Date.now();
  const { local, lines } = await open(context, temporaryFolder(context), {
    names: () => names,
    nowMs: () => nowMs,
  });
  const { pem } = local.authority;
  const first = local.current;
  await local.check();
  assert.equal(local.current, first, 'nothing has changed');

  names.splice(names.indexOf('192.168.1.20'), 1);
  await local.check();
  assert.equal(local.current, first, 'a removed name does not matter');

  names.push('192.168.7.7');
  const changed = once(local, 'changed');
  await local.check();
  assert.deepEqual(await changed, [local.current]);
  assert.equal(await refusal(local.current, pem, '192.168.7.7'), undefined);

  const second = local.current;
  nowMs += 59 * DAY_MS;
  await local.check();
  assert.equal(local.current, second);
  nowMs += 2 * DAY_MS;
  await local.check();
  assert.notEqual(local.current, second);
  assert.ok(new X509Certificate(local.current.cert).validToDate.getTime() > nowMs + 89 * DAY_MS);
  assert.equal(local.authority.pem, pem);

  names.push('203.0.113.99');
  await local.check();
  await local.check();
  const leftOut = lines.filter((line) => line['leftOut'] === '203.0.113.99');
  assert.equal(leftOut.length, 1, 'names outside the authority are logged once');
});

test('a server certificate that is damaged, or of another authority, is replaced; an authority never is', async (context) => {
  const folder = temporaryFolder(context);
  const tls = join(folder, 'tls');
  const first = await open(context, folder);
  writeFileSync(join(tls, 'server.crt'), 'damaged');
  const second = await open(context, folder);
  assert.equal(await refusal(second.local.current, first.local.authority.pem, 'localhost'), undefined);

  const other = temporaryFolder(context);
  await open(context, other);
  for (const name of ['server.crt', 'server.key'])
    writeFileSync(join(tls, name), readFileSync(join(other, 'tls', name)));
  const third = await open(context, folder);
  assert.equal(await refusal(third.local.current, first.local.authority.pem, 'localhost'), undefined);

  writeFileSync(join(tls, 'ca.key'), readFileSync(join(other, 'tls', 'ca.key')));
  await assert.rejects(
    open(context, folder),
    (error) =>
      error instanceof VigieError &&
      /ca\.key\): the key does not belong.*or remove the folder/.test(error.message),
  );
  unlinkSync(join(tls, 'ca.key'));
  await assert.rejects(
    open(context, folder),
    (error) => error instanceof VigieError && /ENOENT/.test(error.message),
  );
});

test('a machine that starts with a clock of 40 days ago serves with the certificates it has', async (context) => {
  const dataDir = temporaryFolder(context);
  const { local } = await open(context, dataDir);
  const { fingerprint } = local.authority;
  const { cert } = local.current;
  local.close();
  const { local: later } = await open(context, dataDir, { nowMs: () => Date.now() - 40 * DAY_MS });
  assert.equal(later.authority.fingerprint, fingerprint);
  assert.equal(later.current.cert, cert);
});
