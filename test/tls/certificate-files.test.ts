import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { once } from 'node:events';
import { test, type TestContext } from 'node:test';
import { pino } from 'pino';
import type { CertificatePair } from '../../server/core/certificate-pair.ts';
import { VigieError } from '../../server/errors.ts';
import { CertificateFiles } from '../../server/tls/certificate-files.ts';
import { makeCertificate } from '../support/certificates.ts';
import { until } from '../support/until.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const HOUR_MS = 3_600_000;

function write(folder: string, { cert, key }: CertificatePair): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'tls.crt'), cert);
  writeFileSync(join(folder, 'tls.key'), key);
}

function open(context: TestContext, folder: string, pollMs = HOUR_MS) {
  const lines: Record<string, unknown>[] = [];
  const log = pino({}, { write: (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>) });
  const files = new CertificateFiles({
    certPath: join(folder, 'tls.crt'),
    keyPath: join(folder, 'tls.key'),
    log,
    settleMs: 30,
    pollMs,
  });
  context.after(() => files.close());
  return { files, lines };
}

test('overwritten files are loaded', async (context) => {
  const folder = temporaryFolder(context);
  write(folder, await makeCertificate());
  const { files } = open(context, folder);
  const next = await makeCertificate();
  const changed = once(files, 'changed');
  write(folder, next);
  assert.deepEqual(await changed, [next]);
  assert.deepEqual(files.current, next);
});

test("replaced symbolic links are followed, both Kubernetes' folder and certbot's file", async (context) => {
  const folder = temporaryFolder(context);
  const [first, second, third] = [await makeCertificate(), await makeCertificate(), await makeCertificate()];
  write(join(folder, 'v1'), first);
  write(join(folder, 'v2'), second);
  write(join(folder, 'v3'), third);
  symlinkSync('v1', join(folder, '..data'));
  for (const name of ['tls.crt', 'tls.key']) symlinkSync(join('..data', name), join(folder, name));
  const { files } = open(context, folder);
  assert.deepEqual(files.current, first);

  let changed = once(files, 'changed');
  symlinkSync('v2', join(folder, '..data_new'));
  renameSync(join(folder, '..data_new'), join(folder, '..data'));
  assert.deepEqual(await changed, [second]);

  changed = once(files, 'changed');
  for (const name of ['tls.crt', 'tls.key']) {
    symlinkSync(join('v3', name), join(folder, `${name}.new`));
    renameSync(join(folder, `${name}.new`), join(folder, name));
  }
  assert.deepEqual(await changed, [third]);
});

test('an unusable new pair is logged once, the old one stays, and the next usable one is loaded', async (context) => {
  const folder = temporaryFolder(context);
  const first = await makeCertificate();
  write(folder, first);
  const { files, lines } = open(context, folder, 20);
  writeFileSync(join(folder, 'tls.key'), (await makeCertificate()).key);
  await until('it is named', () => lines.length > 0);
  assert.match(String(lines[0]?.['problem']), /tls\.key: the key does not belong to the certificate$/);
  assert.match(String(lines[0]?.['msg']), /old one stays/);
  assert.deepEqual(files.current, first);
  rmSync(join(folder, 'tls.crt'));
  await until('so is the next', () => lines.length > 1);
  assert.match(String(lines[1]?.['problem']), /tls\.crt cannot be read \(ENOENT\)$/);
  const changed = once(files, 'changed');
  const good = await makeCertificate();
  write(folder, good);
  await changed;
  assert.deepEqual(files.current, good);
  const problems = lines.filter((line) => line['problem'] !== undefined).map((line) => line['problem']);
  assert.equal(problems.filter((problem) => /ENOENT/.test(String(problem))).length, 1);
});

test('without change notifications, the files are checked periodically', async (context) => {
  const folder = temporaryFolder(context);
  const inner = join(folder, 'target');
  write(inner, await makeCertificate());
  // Behind a link to a file in another folder, which is not watched, a file is overwritten in place.
  for (const name of ['tls.crt', 'tls.key']) symlinkSync(join('target', name), join(folder, name));
  const { files } = open(context, folder, 20);
  const next = await makeCertificate();
  const changed = once(files, 'changed');
  write(inner, next);
  await changed;
  assert.deepEqual(files.current, next);
});

test('the start fails without a usable pair', async (context) => {
  const folder = temporaryFolder(context);
  assert.throws(
    () => open(context, folder),
    (error) => error instanceof VigieError && /VIGIE_TLS_CERT: .*tls\.crt cannot be read/.test(error.message),
  );
});
