import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Problem } from '../../server/wire/problem.ts';
import type { ServerStatus } from '../../server/wire/server-status.ts';
import { ApiClient } from '../support/api-client.ts';
import { startApi } from '../support/api-server.ts';

const NAVIGATION = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

test('pages may load from this server only, run no inline script or style, and work over plain http', async (context) => {
  const client = new ApiClient(await startApi(context));
  const { headers } = await client.call('GET', '/', { headers: NAVIGATION });
  const policy = new Map(
    (headers.get('content-security-policy') ?? '').split(';').map((directive) => {
      const [name = '', ...sources] = directive.trim().split(' ');
      return [name, sources.join(' ')];
    }),
  );
  assert.equal(policy.get('default-src'), "'none'");
  assert.equal(policy.get('script-src'), "'self'");
  assert.equal(policy.get('style-src'), "'self'");
  assert.equal(policy.get('frame-ancestors'), "'none'");
  assert.equal(policy.get('connect-src'), "'self'");
  assert.equal(policy.get('img-src'), "'self' blob: data:");
  assert.equal(policy.get('media-src'), "'self' blob:");
  assert.equal(policy.get('base-uri'), "'none'");
  for (const name of ['script-src-attr', 'style-src-attr', 'upgrade-insecure-requests'])
    assert.ok(!policy.has(name), `${name} would loosen default-src, or break plain http`);
  assert.ok(!(headers.get('content-security-policy') ?? '').includes('unsafe'));
});

test("every answer forbids sniffing, referrers and framing by other sites, and hides the server's software", async (context) => {
  const client = new ApiClient(await startApi(context));
  for (const path of ['/', '/assets/app-1a2b3c4d.js', '/api/health', '/api/cameras', '/nothing']) {
    const { headers } = await client.call('GET', path);
    assert.equal(headers.get('x-content-type-options'), 'nosniff', path);
    assert.equal(headers.get('referrer-policy'), 'no-referrer', path);
    assert.equal(headers.get('x-frame-options'), 'DENY', path);
    assert.equal(headers.get('cross-origin-resource-policy'), 'same-origin', path);
    assert.equal(headers.get('x-powered-by'), null, path);
    assert.equal(headers.get('strict-transport-security'), null, path);
  }
});

const HSTS: [host: string, proto: string, authority: boolean, promised: boolean][] = [
  ['cams.example.org', 'https', false, true],
  ['cams.example.org:443', 'https', false, true],
  ['cams.example.org', 'http', false, false],
  ['cams.example.org', 'https', true, false],
  ['cams.example.org:8443', 'https', false, false],
  ['192.168.1.20', 'https', false, false],
  ['[2001:db8::1]', 'https', false, false],
  ['nas', 'https', false, false],
  ['nas.local', 'https', false, false],
  ['nas.home.arpa', 'https', false, false],
  ['cams.lan', 'https', false, false],
  ['a b', 'https', false, false],
];

test('HSTS is sent for public names on the default port, and for no shared name', async (context) => {
  const authority = { pem: '', der: Buffer.alloc(0), fingerprint: 'AA', validUntilMs: 0 };
  const servers = {
    true: await startApi(context, { trustedProxies: ['loopback'], authority }),
    false: await startApi(context, { trustedProxies: ['loopback'] }),
  };
  for (const [host, proto, hasAuthority, promised] of HSTS) {
    const client = new ApiClient(servers[`${hasAuthority}`]);
    const headers = { 'x-forwarded-host': host, 'x-forwarded-proto': proto };
    const answer = await client.call('GET', '/', { headers: { ...NAVIGATION, ...headers } });
    assert.equal(
      answer.headers.get('strict-transport-security'),
      promised ? 'max-age=15552000' : null,
      JSON.stringify([host, proto, hasAuthority]),
    );
    const isolated = proto === 'https' ? 'same-origin' : null;
    assert.equal(answer.headers.get('cross-origin-opener-policy'), isolated, host);
  }
});

test('files with a hash in their name are cached forever, all others are revalidated', async (context) => {
  const client = new ApiClient(await startApi(context));
  const asset = await client.call('GET', '/assets/app-1a2b3c4d.js');
  assert.equal(asset.headers.get('cache-control'), 'public, max-age=31536000, immutable');
  assert.match(asset.headers.get('content-type') ?? '', /^text\/javascript/);
  for (const path of ['/', '/index.html', '/users', '/camera/cam_x'])
    assert.equal(
      (await client.call('GET', path, { headers: NAVIGATION })).headers.get('cache-control'),
      'no-cache',
      path,
    );
});

test('every path a browser navigates to serves the app, and a missing file does not', async (context) => {
  const client = new ApiClient(await startApi(context));
  for (const path of ['/users', '/camera/cam_x', '/some/where.html']) {
    const { status, body } = await client.call<string>('GET', path, { headers: NAVIGATION });
    assert.deepEqual([status, body], [200, '<!doctype html><title>Vigie</title>'], path);
  }
  const missing: [path: string, accept: string][] = [
    ['/assets/app-00000000.js', '*/*'],
    ['/assets/app-00000000.js', NAVIGATION.accept],
    ['/missing.png', 'image/png,*/*'],
    ['/api/missing', NAVIGATION.accept],
  ];
  for (const [path, accept] of missing) {
    const { status, body } = await client.call<Problem>('GET', path, { headers: { accept } });
    assert.deepEqual([status, body.code], [404, 'notFound'], path);
  }
});

test('nothing outside the folder of the web app is served', async (context) => {
  const client = new ApiClient(await startApi(context));
  for (const path of [
    '/..%2fvigie.db',
    '/%2e%2e/vigie.db',
    '/assets/..%2f..%2fvigie.db',
    '/assets/%2e%2e/%2e%2e/vigie.db',
    '/%00',
    '/.env',
  ]) {
    const { status } = await client.call('GET', path);
    assert.ok(status === 400 || status === 403 || status === 404, `${path}: ${status}`);
  }
});

test('health is public and contains nothing else', async (context) => {
  const { status, body } = await new ApiClient(await startApi(context)).call('GET', '/api/health');
  assert.deepEqual([status, body], [200, { status: 'ok' }]);
});

test("an administrator reads the server's figures", async (context) => {
  const client = await ApiClient.signedIn(await startApi(context));
  const { status, body } = await client.call<ServerStatus>('GET', '/api/status');
  assert.deepEqual([status, body.encoding, body.http.connections.refused], [200, 0, 0]);
});

test('a server fault is answered without its details', async (context) => {
  const server = await startApi(context, {
    livenessOf: () => {
      throw new Error('the secret path /var/lib/vigie');
    },
  });
  await server.store.cameras.add('Door', 'v1', 0);
  const { status, body } = await (await ApiClient.signedIn(server)).call<Problem>('GET', '/api/cameras');
  assert.deepEqual([status, body.code], [500, 'internal']);
  assert.ok(!JSON.stringify(body).includes('secret path'));
});
