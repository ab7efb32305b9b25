import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { configMarkdown } from '../../server/config/config-markdown.ts';
import { configTable, describeConfig, loadConfig, type Config } from '../../server/config/config.ts';
import { parseEnvFile } from '../../server/config/env-file.ts';
import { VigieError } from '../../server/errors.ts';
import { makeCertificate } from '../support/certificates.ts';

interface Sources {
  env?: Record<string, string>;
  dotEnv?: string;
  legacyFile?: string;
  args?: string[];
}

function load(context: TestContext, { env = {}, dotEnv, legacyFile, args = [] }: Sources): Config {
  const cwd = mkdtempSync(join(tmpdir(), 'vigie-config-'));
  context.after(() => rmSync(cwd, { recursive: true }));
  if (dotEnv !== undefined) writeFileSync(join(cwd, '.env'), dotEnv);
  if (legacyFile !== undefined) writeFileSync(join(cwd, 'server-config.json'), legacyFile);
  return loadConfig({ env, cwd, args });
}

function problemsOf(context: TestContext, sources: Sources): string[] {
  try {
    load(context, sources);
  } catch (error) {
    assert.ok(error instanceof VigieError);
    assert.equal(error.code, 'configuration');
    return error.message.split('\n');
  }
  return assert.fail('the configuration was accepted');
}

const LEGACY_FILE = '{"camera-number": 4, "camera-start-port": 8880}';

test('every setting has a default', (context) => {
  const { dataDir, ...config } = load(context, {});
  assert.match(dataDir, /vigie-config-.*\/data$/);
  assert.deepEqual(config, {
    httpPort: 8080,
    httpHost: undefined,
    basePath: '',
    tls: undefined,
    adminPassword: undefined,
    rtcPort: 8081,
    rtcTcpPort: undefined,
    grpcPort: undefined,
    metricsPort: undefined,
    announcedAddresses: [],
    turnUrls: [],
    turnSecret: undefined,
    stunUrls: [],
    punch: true,
    relay: 'auto',
    turnSecretFile: undefined,
    recordingQuota: 20e9,
    recordingFreeFloor: 1e9,
    demo: 'on',
    logLevel: 'info',
    trustedProxies: [],
    whepOrigins: [],
    role: 'site',
    invitation: undefined,
    natsUrls: [],
    natsCredentials: undefined,
    site: undefined,
    edge: undefined,
    edgeAdministrators: false,
    legacy: undefined,
    backupPassword: undefined,
    command: { name: 'serve', newDatabase: false, confirmed: false },
    warnings: [],
  });
});

test('the environment takes precedence over .env, and an empty variable counts as unset', (context) => {
  const dotEnv = 'VIGIE_HTTP_PORT=9000\nVIGIE_RTC_PORT=9001\nVIGIE_DEMO=0\n';
  const config = load(context, { env: { VIGIE_HTTP_PORT: '9100', VIGIE_RTC_PORT: '' }, dotEnv });
  assert.equal(config.httpPort, 9100);
  assert.equal(config.rtcPort, 9001);
  assert.equal(config.demo, 'off');
});

test('the configuration and its lists are frozen', (context) => {
  const config = load(context, {
    env: { VIGIE_ANNOUNCED_ADDRESS: '203.0.113.7, cam.example.org,2001:db8::1' },
  });
  assert.deepEqual(config.announcedAddresses, ['203.0.113.7', 'cam.example.org', '2001:db8::1']);
  assert.ok(Object.isFrozen(config));
  assert.ok(Object.isFrozen(config.announcedAddresses));
});

test('all problems are reported at once, one line each, without secrets', (context) => {
  const problems = problemsOf(context, {
    env: { VIGIE_ADMIN_PASSWORD: 'hunter2', VIGIE_TURN_URLS: 'turn:turn.example.org' },
    dotEnv: 'VIGIE_HTTP_PORT=70000\nthis is no setting\nVIGIE_DEMO=yes\nVIGIE_TURN_SECRET="abc\n',
    legacyFile: '{"camera-number": "four"}',
    args: ['--chekc-config'],
  });
  assert.deepEqual(problems, [
    '.env line 2: expected NAME=value, where a name is letters, digits and _',
    '.env line 4: VIGIE_TURN_SECRET: the " is never closed',
    'VIGIE_HTTP_PORT must be a whole number from 0 to 65535, not "70000"',
    'VIGIE_ADMIN_PASSWORD must be 8 to 256 characters long',
    'VIGIE_DEMO must be 0, 1 or time-code, not "yes"',
    'server-config.json "camera-number": Invalid input: expected number, received string',
    'server-config.json "camera-start-port": Invalid input: expected number, received undefined',
    'VIGIE_TURN_URLS names a TURN server: set VIGIE_TURN_SECRET to its static-auth-secret',
    'unknown argument --chekc-config; there are --check-config, --backup FILE, --restore FILE, --reset-password USER, --new-database, and --yes, which answers every question',
  ]);
});

test('certificate files are checked before the start, and a problem with them is one line', (context) => {
  const both = { VIGIE_TLS_CERT: 'tls.crt', VIGIE_TLS_KEY: '/nowhere/tls.key' };
  const missing = problemsOf(context, { env: both });
  assert.equal(missing.length, 1);
  assert.match(missing[0] ?? '', /^VIGIE_TLS_CERT: \/.*\/tls\.crt cannot be read \(ENOENT\)$/);
  assert.deepEqual(problemsOf(context, { env: { VIGIE_TLS_CERT: 'tls.crt' } }), [
    'VIGIE_TLS_CERT is set: set VIGIE_TLS_KEY too',
  ]);
  assert.match(
    problemsOf(context, { env: { ...both, VIGIE_TLS: 'local' } })[0] ?? '',
    /VIGIE_TLS=local makes its own/,
  );
});

test('usable certificate files are part of the configuration, by their full paths', async (context) => {
  const { cert, key } = await makeCertificate();
  const folder = mkdtempSync(join(tmpdir(), 'vigie-config-tls-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const paths = { certPath: join(folder, 'tls.crt'), keyPath: join(folder, 'tls.key') };
  writeFileSync(paths.certPath, cert);
  writeFileSync(paths.keyPath, key);
  const config = load(context, { env: { VIGIE_TLS_CERT: paths.certPath, VIGIE_TLS_KEY: paths.keyPath } });
  assert.deepEqual(config.tls, paths);
  assert.match(describeConfig(config), new RegExp(`^VIGIE_TLS=\nVIGIE_TLS_CERT=${paths.certPath}$`, 'm'));
  assert.equal(load(context, { env: { VIGIE_TLS: 'local' } }).tls, 'local');
});

const WRONG_VALUES: [name: string, value: string][] = [
  ['VIGIE_HTTP_PORT', '80.5'],
  ['VIGIE_HTTP_PORT', '-1'],
  ['VIGIE_HTTP_PORT', '0x50'],
  ['VIGIE_RTC_PORT', '65536'],
  ['VIGIE_HTTP_HOST', 'http://localhost'],
  ['VIGIE_HTTP_HOST', '1.2.3.400'],
  ['VIGIE_ANNOUNCED_ADDRESS', '203.0.113.7:8081'],
  ['VIGIE_ANNOUNCED_ADDRESS', '203.0.113'],
  ['VIGIE_TURN_URLS', 'https://turn.example.org'],
  ['VIGIE_RELAY', 'yes'],
  ['VIGIE_STUN_URLS', 'turn:host'],
  ['VIGIE_STUN_URLS', 'stuns:host'],
  ['VIGIE_STUN_URLS', 'stun:192.0.2.300'],
  ['VIGIE_PUNCH', 'on'],
  ['VIGIE_TURN_URLS', 'turn:host?transport=tls'],
  ['VIGIE_TURN_URLS', 'turn:host:99999'],
  ['VIGIE_TURN_URLS', 'stun:good.example,turn:host:0'],
  ['VIGIE_TURN_URLS', 'stun:host?transport=udp'],
  ['VIGIE_TURN_URLS', 'turn:192.0.2.300'],
  ['VIGIE_TURN_URLS', 'turn:[2001:db8]'],
  ['VIGIE_LOG_LEVEL', 'loud'],
  ['VIGIE_TLS', 'yes'],
  ['VIGIE_BASE_PATH', 'vigie'],
  ['VIGIE_BASE_PATH', '/a b/'],
  ['VIGIE_BASE_PATH', '/../x'],
  ['VIGIE_BASE_PATH', '//host'],
  ['VIGIE_BASE_PATH', '/"><script>'],
  ['VIGIE_BASE_PATH', '/api/'],
  ['VIGIE_BASE_PATH', '/camera/x'],
  ['VIGIE_WHEP_ORIGINS', 'example.org'],
  ['VIGIE_WHEP_ORIGINS', 'https://example.org/player'],
  ['VIGIE_WHEP_ORIGINS', '*'],
  ['VIGIE_WHEP_ORIGINS', 'null'],
  ['VIGIE_TRUSTED_PROXIES', 'nginx'],
  ['VIGIE_TRUSTED_PROXIES', '10.0.0.0/33'],
  ['VIGIE_TRUSTED_PROXIES', '10.0.0.0/8/8'],
];

for (const [name, value] of WRONG_VALUES) {
  test(`${name}=${value} is refused`, (context) => {
    const [problem] = problemsOf(context, { env: { [name]: value } });
    assert.match(problem ?? '', new RegExp(`^${name} must be `));
  });
}

test('a base path is kept without its slash at the end', (context) => {
  for (const [text, basePath] of [
    ['/', ''],
    ['', ''],
    ['/vigie/', '/vigie'],
    ['/vigie', '/vigie'],
    ['/home/vigie-2.x/', '/home/vigie-2.x'],
    ['/cameras', '/cameras'],
  ] as const)
    assert.equal(load(context, { env: { VIGIE_BASE_PATH: text } }).basePath, basePath, text);
});

test('ranges and names of proxies are accepted', (context) => {
  const { trustedProxies } = load(context, {
    env: { VIGIE_TRUSTED_PROXIES: 'loopback,10.0.0.0/8,2001:db8::/32,192.0.2.1' },
  });
  assert.deepEqual(trustedProxies, ['loopback', '10.0.0.0/8', '2001:db8::/32', '192.0.2.1']);
});

test('the TURN secret may come from a file', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-secret-'));
  context.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'secret'), 'from the file, 16 signs or more\n');
  writeFileSync(join(folder, 'short'), 'short\n');
  const env = { VIGIE_TURN_URLS: 'turn:a', VIGIE_TURN_SECRET_FILE: join(folder, 'secret') };
  assert.equal(load(context, { env }).turnSecret, 'from the file, 16 signs or more');
  assert.doesNotMatch(describeConfig(load(context, { env })), /from the file/);
  for (const [changed, message] of [
    [{ VIGIE_TURN_SECRET_FILE: join(folder, 'missing') }, /missing, which does not exist/],
    [{ VIGIE_TURN_SECRET_FILE: join(folder, 'short') }, /must be 16 to 1024 characters long/],
    [{ VIGIE_TURN_SECRET: '0123456789abcdef' }, /one of them is enough/],
  ] as const) {
    const problems = problemsOf(context, { env: { ...env, ...changed } });
    assert.match(problems[0] ?? '', message);
    assert.equal(problems.length, 1);
  }
});

test('an edge needs NATS, its site and a name; a site with NATS a name; without NATS nothing is needed', (context) => {
  const natsUrl = { VIGIE_NATS_URL: 'tls://nats.example.org:4222' };
  assert.deepEqual(problemsOf(context, { env: { VIGIE_ROLE: 'edge' } }), [
    'VIGIE_ROLE=edge reaches its site through NATS: set VIGIE_NATS_URL',
    'VIGIE_ROLE=edge shows the cameras of a site: set VIGIE_SITE to its name',
    'VIGIE_ROLE=edge needs a name at NATS: set VIGIE_EDGE',
  ]);
  assert.deepEqual(problemsOf(context, { env: natsUrl }), [
    'VIGIE_NATS_URL shows this site at edges: set VIGIE_SITE to a name for it',
  ]);
  const edge = { ...natsUrl, VIGIE_ROLE: 'edge', VIGIE_SITE: 'home', VIGIE_EDGE: 'paris-1' };
  const { role, site, edge: name, natsUrls } = load(context, { env: edge });
  assert.deepEqual(
    [role, site, name, natsUrls],
    ['edge', 'home', 'paris-1', ['tls://nats.example.org:4222']],
  );
});

test('passwords go over no NATS that others on the way could read, and no password stands in a URL', (context) => {
  const refused = (VIGIE_NATS_URL: string) =>
    problemsOf(context, { env: { VIGIE_NATS_URL, VIGIE_SITE: 'home' } }).join();
  for (const url of [
    'nats://nats.example.org',
    'ws://nats.example.org',
    'nats://192.0.2.1',
    'nats://[2001:db8::1]',
  ])
    assert.match(refused(url), /VIGIE_NATS_URL must be a tls: or wss: URL/, url);
  for (const url of [
    'nats://localhost',
    'nats://127.0.0.1',
    'nats://nats',
    'nats://10.1.2.3',
    'nats://[::1]',
    'wss://nats.example.org',
  ])
    assert.deepEqual(load(context, { env: { VIGIE_NATS_URL: url, VIGIE_SITE: 'home' } }).natsUrls, [url]);
  for (const url of ['nats', 'http://nats', 'tls://'])
    assert.match(refused(url), /must be a URL like tls:/, url);
  const secret = refused('tls://anna:secret@nats.example.org');
  assert.match(secret, /must be a URL without a user/);
  assert.doesNotMatch(secret, /secret@/);
});

test('a TURN secret without a TURN server is a problem, a STUN server alone is not', (context) => {
  const env = { VIGIE_TURN_SECRET: '0123456789abcdef', VIGIE_TURN_URLS: 'stun:stun.example.org' };
  assert.match(problemsOf(context, { env })[0] ?? '', /names no TURN server/);
  assert.deepEqual(load(context, { env: { VIGIE_TURN_URLS: 'stun:stun.example.org' } }).turnUrls, [
    'stun:stun.example.org',
  ]);
});

test('cameras with the older firmware: USERNAME and PASSWORD count in .env, never in the environment', (context) => {
  const dotEnv = 'USERNAME=esp\nPASSWORD="s3 cret"\n';
  const env = { USERNAME: 'desktop-user', PASSWORD: 'desktop' };
  const expected = { cameraCount: 4, startPort: 8880, username: 'esp', password: 's3 cret' };
  assert.deepEqual(load(context, { env, dotEnv, legacyFile: LEGACY_FILE }).legacy, expected);
  assert.deepEqual(problemsOf(context, { env, legacyFile: LEGACY_FILE }), [
    'server-config.json asks for cameras with the older firmware: set USERNAME in .env, or VIGIE_LEGACY_USERNAME',
    'server-config.json asks for cameras with the older firmware: set PASSWORD in .env, or VIGIE_LEGACY_PASSWORD',
  ]);
});

test('VIGIE_LEGACY_… take precedence over USERNAME and PASSWORD, from either place', (context) => {
  const dotEnv = 'USERNAME=old\nPASSWORD=old\nVIGIE_LEGACY_PASSWORD=new\n';
  const { legacy } = load(context, {
    env: { VIGIE_LEGACY_USERNAME: 'esp' },
    dotEnv,
    legacyFile: LEGACY_FILE,
  });
  assert.equal(legacy?.username, 'esp');
  assert.equal(legacy?.password, 'new');
});

test('without server-config.json, or with no cameras in it, there are no listeners for the older firmware', (context) => {
  const dotEnv = 'USERNAME=esp\nPASSWORD=s3cret\n';
  assert.equal(load(context, { dotEnv }).legacy, undefined);
  const legacyFile = '{"camera-number": 0, "camera-start-port": 8880}';
  assert.equal(load(context, { dotEnv, legacyFile }).legacy, undefined);
});

const WRONG_LEGACY_FILES: [content: string, problem: RegExp][] = [
  ['{', /is not JSON/],
  ['[]', /server-config\.json: /],
  ['{"camera-number": 4, "camera-start-port": 65534}', /beyond port 65535/],
  ['{"camera-number": 4, "camera-start-port": 8078}', /VIGIE_HTTP_PORT 8080 is one of the ports/],
];

for (const [legacyFile, problem] of WRONG_LEGACY_FILES) {
  test(`server-config.json with ${legacyFile} is refused`, (context) => {
    const problems = problemsOf(context, { dotEnv: 'USERNAME=a\nPASSWORD=b\n', legacyFile });
    assert.equal(problems.length, 1);
    assert.match(problems[0] ?? '', problem);
  });
}

test('a misspelt setting is reported', (context) => {
  const { warnings } = load(context, { env: { VIGIE_HTTP_PROT: '80' }, dotEnv: 'VIGIE_RTC_PORTS=1\n' });
  assert.deepEqual(warnings, [
    'VIGIE_HTTP_PROT is set, but there is no such setting',
    'VIGIE_RTC_PORTS is set, but there is no such setting',
  ]);
});

test('a misspelt setting is reported beside the setting that is missing because of it', (context) => {
  const env = { VIGIE_TURN_URLS: 'turn:a', VIGIE_TURN_SECERT: '0123456789abcdef' };
  assert.deepEqual(problemsOf(context, { env }), [
    'VIGIE_TURN_URLS names a TURN server: set VIGIE_TURN_SECRET to its static-auth-secret',
    'VIGIE_TURN_SECERT is set, but there is no such setting',
  ]);
});

test('malformed TURN URLs are one problem, also with a secret for them', (context) => {
  const env = { VIGIE_TURN_URLS: 'turn:a:99999', VIGIE_TURN_SECRET: '0123456789abcdef', VIGIE_RELAY: 'on' };
  assert.deepEqual(problemsOf(context, { env }), [
    'VIGIE_TURN_URLS must be URLs like turn:host:3478?transport=udp or stun:host:3478, with a port from 1 to 65535, not "turn:a:99999"',
  ]);
});

test('--check-config prints the settings without secrets', (context) => {
  const env = {
    VIGIE_ADMIN_PASSWORD: 'open sesame',
    VIGIE_TURN_URLS: 'turn:a:3478,turns:b',
    VIGIE_TURN_SECRET: 'a very secret secret',
    VIGIE_LEGACY_USERNAME: 'esp',
    VIGIE_LEGACY_PASSWORD: 'older secret',
  };
  const config = load(context, { env, legacyFile: LEGACY_FILE, args: ['--check-config'] });
  assert.equal(config.command.name, 'checkConfig');
  const text = describeConfig(config);
  for (const secret of ['open sesame', 'a very secret secret', 'older secret'])
    assert.ok(!text.includes(secret));
  for (const line of [
    'VIGIE_ADMIN_PASSWORD=********',
    'VIGIE_TURN_URLS=turn:a:3478,turns:b',
    'VIGIE_LEGACY_USERNAME=esp',
  ])
    assert.ok(text.split('\n').includes(line), line);
  assert.match(text, /ports 8880 to 8883/);
});

test('every setting is in the table of docs/settings.md', () => {
  for (const { name, description } of Object.values(configTable)) {
    assert.ok(configMarkdown().includes(`| \`${name}\` |`), name);
    assert.ok(description.endsWith('.'), `${name} is described by a sentence`);
  }
});

test('.env: comments, quotes, export and multi-line values are read like Node reads them', () => {
  const text = [
    '\uFEFFA=1',
    '# a comment',
    '',
    '  export B = two words # why',
    "C='hash # inside'",
    'D="first',
    'second"',
    'E=`tick`',
    'F=',
    'G="a\\nb" # after',
  ].join('\r\n');
  assert.deepEqual(parseEnvFile(text), {
    values: { A: '1', B: 'two words', C: 'hash # inside', D: 'first\nsecond', E: 'tick', F: '', G: 'a\nb' },
    problems: [],
  });
});

const BROKEN_LINES: [line: string, problem: RegExp][] = [
  ['BROKEN LINE', /expected NAME=value/],
  ['=nameless', /expected NAME=value/],
  ['TWO WORDS=1', /expected NAME=value/],
  ['1ST=1', /expected NAME=value/],
  ['COLON: 1', /expected NAME=value/],
  ['OPEN="and never closed', /OPEN: the " is never closed/],
  ['MORE="a"b', /MORE: something follows/],
];

for (const [line, problem] of BROKEN_LINES) {
  test(`.env: ${line} is reported with its line, and the lines around it are still read`, () => {
    const { values, problems } = parseEnvFile(`BEFORE=1\n${line}\nAFTER=2\n`);
    assert.deepEqual(values, { BEFORE: '1', AFTER: '2' });
    assert.equal(problems.length, 1);
    assert.match(problems[0] ?? '', problem);
    assert.match(problems[0] ?? '', /^\.env line 2: /);
  });
}
