/**
 * The API keeps to its description: Schemathesis, which knows nothing of this code, calls every route with what the document
 * allows and with what it rules out, and checks each answer against it.
 */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { ApiClient } from '../support/api-client.ts';
import { startApi } from '../support/api-server.ts';
import { pythonTool } from '../support/python-tool.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const VERSION = '4.32.5';
const run = promisify(execFile);

/** A stream without an end, and what ends the session of the caller. */
const LEFT_OUT = String.raw`/mjpeg$|^/api/auth/(logout|refresh)$`;
/**
 * 422: the description cannot say that an end is not before its start, or that a file is a firmware image. 503: no picture of the
 * camera has come yet. Other methods: api-methods.test.ts.
 */
const SETTINGS = `
[checks.not_a_server_error]
expected-statuses = ["2xx", "3xx", "4xx", 503]
[phases.coverage]
unexpected-methods = ["PUT"]
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", 401, 403, 404, 409, 422, 429, "5xx"]
`;

test('Schemathesis finds no answer that the description does not have', async (context) => {
  const tool = await pythonTool('schemathesis', VERSION);
  if ('lack' in tool) return context.skip(tool.lack);
  const server = await startApi(context);
  await server.store.cameras.add('Door', 'v1', 0);
  const { accessToken } = await ApiClient.signedIn(server);
  const folder = temporaryFolder(context);
  const settings = join(folder, 'schemathesis.toml');
  writeFileSync(settings, SETTINGS);
  const words = [
    ['--config-file', settings, 'run', `${server.url}/api/openapi.json`],
    ['--header', `Authorization: Bearer ${accessToken}`],
    ['--exclude-path-regex', LEFT_OUT],
    ['--phases', 'coverage', '--seed', '1', '--no-color', '--continue-on-failure'],
  ].flat();
  const { stdout, failed } = await run(tool.path, words, { cwd: folder, maxBuffer: 2 ** 26 }).then(
    ({ stdout: text }) => ({ stdout: text, failed: false }),
    (error: { stdout: string }) => ({ stdout: error.stdout, failed: true }),
  );
  assert.ok(!failed, stdout);
  assert.match(stdout, /Tested: \d\d/);
});
