/**
 * The schema, test/fixtures/compose-spec.json, is the Compose specification's own (Apache-2.0, its licence is beside
 * it), from compose-go 2.16.2, the library in docker compose.
 */

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { configTable } from '../../server/config/config-table.ts';
import { loadConfig } from '../../server/config/config.ts';
import { composeVariables, interpolate, renderCompose, type Service } from './support/compose-file.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(resolve(ROOT, path), 'utf8');

const SETUPS: Record<string, Record<string, string>> = {
  'a public name': { VIGIE_DOMAIN: 'cams.example.org', VIGIE_LAN_IP: '192.168.1.20' },
  'a LAN address': { VIGIE_DOMAIN: '192.168.1.20' },
  'TURN on port 443 too': {
    VIGIE_DOMAIN: 'cams.example.org',
    VIGIE_PUBLIC_IP: '203.0.113.7',
    VIGIE_TURN_NAME: 'turn.cams.example.org',
    VIGIE_HTTPS_PORT: '127.0.0.1:8443',
    VIGIE_NETWORK: '172.30.9',
  },
};

const file = renderCompose({ VIGIE_DOMAIN: 'cams.example.org' });

function service(name: string, from = file): Service {
  const found = from.services[name];
  assert.ok(found, name);
  return found;
}

function addressOf(name: string): string {
  return service(name).networks?.vigie.ipv4_address ?? '';
}

test('variables are substituted like compose does it', () => {
  const env = { A: 'a', EMPTY: '' };
  for (const [text, expected] of [
    ['x${A}y', 'xay'],
    ['${A:-no}${B:-b}${EMPTY:-e}', 'abe'],
    ['${B:-${A:-x}!}', 'a!'],
    ['${A:+,${A}}${B:+,${B}}', ',a'],
    ['${B}', ''],
  ] as const)
    assert.equal(interpolate(text, env), expected, text);
  assert.throws(() => interpolate('${B:?set it}', env), /B: set it/);
});

for (const [name, env] of Object.entries(SETUPS)) {
  test(`rendered for ${name}, the file is valid by the compose specification`, () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
    const validate = ajv.compile(JSON.parse(read('test/fixtures/compose-spec.json')) as object);
    assert.ok(validate(renderCompose(env)), JSON.stringify(validate.errors, null, 2));
  });

  test(`rendered for ${name}, the server accepts its settings without a warning`, (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'vigie-compose-'));
    context.after(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'secret'), 'of the length a secret has\n');
    const { environment = {} } = service('server', renderCompose(env));
    const settings = { ...environment, VIGIE_TURN_SECRET_FILE: join(folder, 'secret') };
    const config = loadConfig({ env: settings, cwd: folder, args: [] });
    assert.deepEqual(config.warnings, []);
    const own = env['VIGIE_PUBLIC_IP'] ?? env['VIGIE_DOMAIN'];
    const lan = env['VIGIE_LAN_IP'];
    assert.deepEqual(config.announcedAddresses, lan === undefined ? [own] : [own, lan]);
    assert.equal(config.turnUrls.length, env['VIGIE_TURN_NAME'] === undefined ? 3 : 4);
  });
}

test('without a name it does not start', () => {
  assert.throws(() => renderCompose({}), /VIGIE_DOMAIN/);
});

test('every variable in it is explained in .env.example', () => {
  const explained = read('.env.example');
  for (const name of composeVariables()) assert.match(explained, new RegExp(`^#${name}=`, 'm'));
});

test('a variable that only compose reads is not reported as a misspelt setting', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-compose-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const settings = new Set(Object.values(configTable).map(({ name }) => name));
  const own = composeVariables().filter((name) => name.startsWith('VIGIE_') && !settings.has(name));
  writeFileSync(join(folder, '.env'), own.map((name) => `${name}=1\n`).join(''));
  assert.deepEqual(
    loadConfig({ env: {}, cwd: folder, args: [] }).warnings,
    own.map((name) => `${name} is set, but only docker compose reads it`),
  );
});

test('every setting it makes is known to its program', () => {
  // TZ is the operating system's.
  const settings = new Set<string>([...Object.values(configTable).map(({ name }) => name), 'TZ']);
  for (const name of Object.keys(service('server').environment ?? {})) assert.ok(settings.has(name), name);
  const readers: Record<string, string[]> = {
    caddy: ['Caddyfile', 'turn/caddy-listener.conf'],
    coturn: ['turn/start.sh', 'turn/render-config.sh'],
    haproxy: ['turn/haproxy.cfg'],
    invite: ['turn/invite.sh'],
    nats: ['turn/nats-start.sh'],
    prepare: ['turn/prepare.sh'],
  };
  for (const [name, paths] of Object.entries(readers)) {
    const text = paths.map(read).join('\n');
    for (const variable of Object.keys(service(name).environment ?? {}))
      assert.match(text, new RegExp(`\\$\\{?${variable}\\b|\\b(?:value|number|list) ${variable} `), variable);
  }
});

test('addresses and ports of the services agree', () => {
  const { environment: server = {}, ports: serverPorts } = service('server');
  const { environment: caddy = {}, ports: caddyPorts } = service('caddy');
  const { environment: coturn = {}, ports: coturnPorts } = service('coturn');
  const { environment: haproxy = {}, ports: haproxyPorts } = service('haproxy');
  // The same number outside: candidates tell viewers the internal number.
  assert.deepEqual(serverPorts, [`${server['VIGIE_RTC_PORT']}:${server['VIGIE_RTC_PORT']}/udp`]);
  assert.match(
    read('Dockerfile'),
    new RegExp(`^EXPOSE ${server['VIGIE_HTTP_PORT']}/tcp ${server['VIGIE_RTC_PORT']}/udp$`, 'm'),
  );
  assert.equal(server['VIGIE_TRUSTED_PROXIES'], addressOf('caddy'));
  assert.equal(caddy['CADDY_UPSTREAM'], `${addressOf('server')}:${server['VIGIE_HTTP_PORT']}`);
  assert.deepEqual(caddyPorts, [`80:${caddy['CADDY_HTTP_PORT']}`, `443:${caddy['CADDY_HTTPS_PORT']}`]);
  assert.equal(caddy['HAPROXY_ADDRESS'], addressOf('haproxy'));
  assert.equal(coturn['TURN_ALLOWED_PEERS'], addressOf('server'));
  assert.equal(coturn['TURN_OTHER_PEERS'], 'deny');
  assert.deepEqual(coturnPorts, ['3478:3478/udp', '3478:3478/tcp', '5349:5349/tcp']);
  assert.equal(haproxy['COTURN_ADDRESS'], `${addressOf('coturn')}:5349`);
  assert.equal(haproxy['CADDY_ADDRESS'], `${addressOf('caddy')}:${caddy['CADDY_HTTPS_PORT']}`);
  assert.deepEqual(haproxyPorts, [`443:${haproxy['HAPROXY_PORT']}`]);
  const urls = loadUrls(server['VIGIE_TURN_URLS']);
  assert.deepEqual(urls, ['turn 3478 udp', 'turn 3478 tcp', 'turns 5349 tcp']);
  const subnet = file.networks.vigie.ipam.config[0]?.subnet.replace(/\.0\/24$/, '.');
  const addresses = ['server', 'caddy', 'coturn', 'haproxy', 'nats'].map(addressOf);
  assert.equal(new Set(addresses).size, 5);
  for (const address of addresses) assert.ok(address.startsWith(subnet ?? '?'), address);
});

function loadUrls(text = ''): string[] {
  return text.split(',').map((url) => {
    const [, scheme, port, transport] = /^(turns?):[^:]+:(\d+)\?transport=(\w+)$/.exec(url) ?? [];
    return `${scheme} ${port} ${transport}`;
  });
}

test('every service has the fewest possible privileges', () => {
  for (const [name, each] of Object.entries(file.services)) {
    assert.equal(each['read_only'], true, name);
    assert.deepEqual(each['cap_drop'], ['ALL'], name);
    assert.deepEqual(each['security_opt'], ['no-new-privileges:true'], name);
    assert.equal(each['privileged'], undefined, name);
    for (const volume of each.volumes ?? []) assert.doesNotMatch(volume, /docker\.sock/);
  }
  // Root without a network, only while it hands over folders, and while it adds a user to a file.
  for (const name of ['prepare', 'invite']) {
    assert.equal(service(name).user, '0:0');
    assert.equal(service(name)['network_mode'], 'none');
  }
  for (const name of ['caddy', 'coturn', 'haproxy', 'nats'])
    assert.equal(service(name).user, '10001:10001', name);
  assert.match(read('Dockerfile'), /^USER node$/m);
});

test('every image is pinned to a version', () => {
  for (const [name, { image }] of Object.entries(file.services))
    if (image !== 'vigie:local') assert.match(image, /:\d+\.\d+\.\d+(?:-r\d+)?(?:-[a-z]+)?$/, name);
  for (const [, tag = ''] of read('Dockerfile').matchAll(/^FROM node:(\S+)/gm))
    assert.match(tag, /^\d+\.\d+\.\d+-trixie-slim$/);
});

test('it contains no password or secret, and no way to set one', () => {
  for (const [name, { environment = {} }] of Object.entries(file.services))
    for (const variable of Object.keys(environment))
      assert.doesNotMatch(variable, /(?:PASSWORD|SECRET|KEY)$/, `${name} ${variable}`);
});

test('on a rented server the same file makes an edge, which reaches NATS beside it', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-compose-'));
  context.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'secret'), 'of the length a secret has\n');
  const edge = renderCompose({ VIGIE_DOMAIN: 'cams.example.org', VIGIE_ROLE: 'edge' });
  const { environment = {} } = service('server', edge);
  const env = { ...environment, VIGIE_TURN_SECRET_FILE: join(folder, 'secret') };
  const {
    role,
    site,
    edge: name,
    natsUrls,
    natsCredentials,
    warnings,
  } = loadConfig({ env, cwd: folder, args: [] });
  assert.deepEqual(
    [role, site, name, natsCredentials, warnings],
    ['edge', 'home', 'edge', '/nats-edge/edge.txt', []],
  );
  const { networks, ports, environment: nats = {} } = service('nats', edge);
  assert.deepEqual(natsUrls, [`ws://${networks?.vigie.ipv4_address}:8080`]);
  // WebSockets without TLS stay between the containers.
  assert.deepEqual(ports, ['4222:4222']);
  assert.equal(nats['NATS_NAME'], 'cams.example.org');
});

test('an edge sees its own password for NATS, and not those of the houses', () => {
  const readers = Object.entries(file.services).flatMap(([name, { volumes = [] }]) =>
    volumes.some((volume) => volume.startsWith('nats:')) ? [name] : [],
  );
  assert.deepEqual(readers, ['prepare', 'nats', 'invite']);
});

test('coturn sees certificates, and not the keys of Caddy’s authorities', () => {
  const sources = (service('coturn').volumes ?? []).map((volume) => volume.split(':')[0]);
  assert.deepEqual(sources, ['./turn', 'secrets', 'certificates']);
});
