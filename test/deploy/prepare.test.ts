import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { test, type TestContext } from 'node:test';

const ROOT = resolve(import.meta.dirname, '../..');
const PREPARE = join(ROOT, 'turn/prepare.sh');
const EDGE_USER = 10001;
const isRoot = process.getuid?.() === 0;

const OPTIONS = { skip: !isRoot && 'gives files to other users, which takes root' };

/** Empty volumes, and the script that runs with them. */
function volumes(context: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-prepare-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const at = (name: string): string => join(folder, name);
  const names = ['secrets', 'caddy-data', 'certificates', 'nats', 'nats-edge'];
  for (const name of names) mkdirSync(at(name));
  const prepare = (settings: Record<string, string> = {}): void => {
    // Root as in the container: of all privileges, it may only change owners.
    const { status, stderr } = spawnSync('setpriv', ['--bounding-set=-all,+chown', 'sh', PREPARE], {
      env: {
        PATH: `${dirname(process.execPath)}:${process.env['PATH']}`,
        EDGE_USER: String(EDGE_USER),
        SECRETS_DIR: at('secrets'),
        CADDY_DATA_DIR: at('caddy-data'),
        CERTIFICATES_DIR: at('certificates'),
        NATS_DIR: at('nats'),
        NATS_EDGE_DIR: at('nats-edge'),
        VIGIE_DIR: ROOT,
        ...settings,
      },
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
  };
  return { at, prepare };
}

function assertOwned(path: string): void {
  const { mode, uid, gid } = statSync(path);
  assert.deepEqual([mode & 0o777, uid, gid], [0o640, 0, EDGE_USER], path);
}

test(
  'the first start makes a secret of 256 bits readable by coturn’s group only; a later one keeps it',
  OPTIONS,
  (context) => {
    const { at, prepare } = volumes(context);
    const secretOf = (): string => {
      prepare();
      return readFileSync(at('secrets/turn-secret'), 'utf8').trim();
    };
    const secret = secretOf();
    assert.equal(Buffer.from(secret, 'base64').length, 32);
    assert.equal(secretOf(), secret);
    assertOwned(at('secrets/turn-secret'));
    for (const name of ['caddy-data', 'caddy-data/caddy', 'caddy-data/caddy/certificates', 'certificates'])
      assert.deepEqual([statSync(at(name)).uid, statSync(at(name)).gid], [EDGE_USER, EDGE_USER], name);
    assert.equal(statSync(at('certificates')).mode & 0o077, 0);
    assert.deepEqual(readdirSync(at('nats')), []);
  },
);

test('an edge gets its own password beside the users of NATS, and keeps it', OPTIONS, (context) => {
  const { at, prepare } = volumes(context);
  const passwordOf = (): string => {
    prepare({ VIGIE_ROLE: 'edge', VIGIE_EDGE: 'paris', VIGIE_SITE: 'home' });
    return readFileSync(at('nats-edge/edge.txt'), 'utf8').trim();
  };
  const password = passwordOf();
  assert.match(password, /^paris:[\w-]{32}$/);
  assert.equal(passwordOf(), password);
  assert.deepEqual([readdirSync(at('nats')), readdirSync(at('nats-edge'))], [['users.json'], ['edge.txt']]);
  for (const name of ['nats/users.json', 'nats-edge/edge.txt']) assertOwned(at(name));
});
