import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';

const PREPARE = resolve(import.meta.dirname, '../../turn/prepare.sh');
const EDGE_USER = 10001;
const isRoot = process.getuid?.() === 0;

test(
  'the first start makes a secret of 256 bits readable by coturn’s group only; a later one keeps it',
  { skip: !isRoot && 'gives files to other users, which takes root' },
  (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'vigie-prepare-'));
    context.after(() => rmSync(folder, { recursive: true }));
    const [secrets, caddyData, certificates] = ['secrets', 'caddy-data', 'certificates'].map((name) => {
      const path = join(folder, name);
      mkdirSync(path);
      return path;
    });
    assert.ok(secrets && caddyData && certificates);
    const prepare = (): string => {
      // Root as in the container: of all privileges, it may only change owners.
      const { status, stderr } = spawnSync('setpriv', ['--bounding-set=-all,+chown', 'sh', PREPARE], {
        env: {
          PATH: process.env['PATH'],
          EDGE_USER: String(EDGE_USER),
          SECRETS_DIR: secrets,
          CADDY_DATA_DIR: caddyData,
          CERTIFICATES_DIR: certificates,
        },
        encoding: 'utf8',
      });
      assert.equal(status, 0, stderr);
      return readFileSync(join(secrets, 'turn-secret'), 'utf8').trim();
    };
    const secret = prepare();
    assert.equal(Buffer.from(secret, 'base64').length, 32);
    assert.equal(prepare(), secret);

    const { mode, uid, gid } = statSync(join(secrets, 'turn-secret'));
    assert.deepEqual([mode & 0o777, uid, gid], [0o640, 0, EDGE_USER]);
    for (const path of [
      caddyData,
      join(caddyData, 'caddy'),
      join(caddyData, 'caddy/certificates'),
      certificates,
    ])
      assert.deepEqual([statSync(path).uid, statSync(path).gid], [EDGE_USER, EDGE_USER], path);
    assert.equal(statSync(certificates).mode & 0o077, 0);
  },
);
