/** The environment and the files that a server is started with. */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { configTable, describeConfig, loadConfig } from '../../../server/config/config.ts';
import { parseIceServerUrl } from '../../../server/core/stun-turn/ice-server-url.ts';
import { parseEnvFile } from '../../../server/config/env-file.ts';
import { VigieError } from '../../../server/errors.ts';
import { headerText, mutatedJson } from '../arbitraries.ts';
import { fuzzCase, throwsOnly, type FuzzTarget } from '../target.ts';

const folder = mkdtempSync(join(tmpdir(), 'vigie-fuzz-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

const SECRET = 'only in memory, never printed';
const names = Object.values(configTable).map(({ name }) => name);
const value = fc.oneof(
  headerText,
  fc.constantFrom(
    '0',
    '1',
    '65536',
    '-1',
    '1e3',
    '20G',
    '1.5T',
    'local',
    'loopback',
    '10.0.0.0/33',
    'turn:a:99999',
    'stun:[::1]',
  ),
  fc.ipV6(),
  fc.webUrl(),
);
const settings = fc.array(
  fc.tuple(fc.constantFrom(...names, 'VIGIE_NOTHING', 'USERNAME', 'PASSWORD'), value),
  { maxLength: 6 },
);
const envLine = fc.oneof(
  fc.tuple(fc.constantFrom(...names), value).map(([name, text]) => `${name}=${text}`),
  fc
    .tuple(fc.constantFrom(...names), fc.constantFrom('"', "'", '`'), headerText)
    .map(([name, quote, text]) => `${name}=${quote}${text}`),
  headerText,
);

export const configuration: FuzzTarget = {
  name: 'configuration',
  cases: [
    fuzzCase(
      'any configuration is valid, or all its problems are named',
      fc.tuple(
        settings,
        fc.array(envLine, { maxLength: 5 }),
        mutatedJson({ 'camera-number': 4, 'camera-start-port': 8880 }),
      ),
      ([pairs, lines, legacy]) => {
        writeFileSync(join(folder, '.env'), lines.join('\n'));
        writeFileSync(join(folder, 'server-config.json'), legacy);
        const env = { ...Object.fromEntries(pairs), VIGIE_ADMIN_PASSWORD: SECRET };
        const config = throwsOnly(
          (error) =>
            error instanceof VigieError &&
            error.code === 'configuration' &&
            error.message !== '' &&
            !error.message.includes(SECRET),
          () => loadConfig({ env, cwd: folder, args: [] }),
        );
        if (config) assert.ok(Object.isFrozen(config) && !describeConfig(config).includes(SECRET));
      },
    ),
    fuzzCase(
      'any .env is read, and invalid lines are named without their values',
      fc.array(envLine, { maxLength: 12 }),
      (lines) => {
        const { values, problems } = parseEnvFile(lines.join('\n'));
        for (const text of Object.values(values)) assert.equal(typeof text, 'string');
        assert.ok(problems.length <= lines.join('\n').split(/\r?\n/).length);
      },
    ),
    fuzzCase(
      'any text is a URL of an ICE server or is refused',
      fc.oneof(
        headerText,
        fc
          .tuple(fc.constantFrom('stun', 'turn', 'turns', 'stuns'), headerText)
          .map(([scheme, rest]) => `${scheme}:${rest}`),
        fc.tuple(fc.domain(), fc.nat(70_000)).map(([host, port]) => `turn:${host}:${port}?transport=tcp`),
      ),
      (url) => {
        const parsed = parseIceServerUrl(url);
        if (parsed) assert.ok(parsed.port >= 1 && parsed.port <= 65_535 && parsed.host !== '');
      },
    ),
  ],
};
