import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

const START = fileURLToPath(new URL('../../server/start/start.mjs', import.meta.url));

function start(context: TestContext, options: { args?: string[]; nodeArgs?: string[]; dotEnv?: string }) {
  const cwd = mkdtempSync(join(tmpdir(), 'vigie-start-'));
  context.after(() => rmSync(cwd, { recursive: true }));
  if (options.dotEnv !== undefined) writeFileSync(join(cwd, '.env'), options.dotEnv);
  const args = [...(options.nodeArgs ?? []), START, ...(options.args ?? [])];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, env: {}, encoding: 'utf8' });
  return { status, stdout, stderr };
}

test('an older Node prints one line that says what to do', (context) => {
  const pretend = "Object.defineProperty(process, 'versions', { value: { node: '20.19.0' } })";
  const { status, stderr } = start(context, {
    nodeArgs: ['--import', `data:text/javascript,${encodeURIComponent(pretend)}`],
  });
  assert.equal(status, 1);
  assert.match(stderr, /^Vigie needs Node 26, .*npm install.*npm start.*\n$/);
});

test('--check-config prints the configuration and stops', (context) => {
  const { status, stdout, stderr } = start(context, {
    args: ['--check-config'],
    dotEnv: 'VIGIE_HTTP_PORT=9000\n',
  });
  assert.deepEqual([status, stderr], [0, '']);
  assert.match(stdout, /^VIGIE_HTTP_PORT=9000$/m);
});

test('--check-config reports misspelt settings on standard error', (context) => {
  const { status, stdout, stderr } = start(context, {
    args: ['--check-config'],
    dotEnv: 'VIGIE_HTTP_PROT=9000\n',
  });
  assert.equal(status, 0);
  assert.equal(stderr, 'VIGIE_HTTP_PROT is set, but there is no such setting\n');
  assert.doesNotMatch(stdout, /HTTP_PROT/);
});

test('a broken .env prints one line per mistake and exits with code 1', (context) => {
  const { status, stdout, stderr } = start(context, {
    args: ['--check-config'],
    dotEnv: 'VIGIE_DEMO=maybe\nhm\n',
  });
  assert.equal(status, 1);
  const lines = `${stdout}${stderr}`.trim().split('\n');
  assert.equal(lines.length, 2, lines.join('\n'));
  assert.match(lines[0] ?? '', /\.env line 2: expected NAME=value/);
  assert.match(lines[1] ?? '', /VIGIE_DEMO must be 0, 1 or time-code/);
});
