/** /metrics: who reads it, that Prometheus understands it, and that the dashboard uses nothing that it has not. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test, type TestContext } from 'node:test';
import { EDGE_METRICS } from '../../server/status/edge-metrics.ts';
import { SITE_METRICS } from '../../server/status/metrics-table.ts';
import { make, startKeys } from '../accounts/api-key-rig.ts';

const DASHBOARD = resolve(import.meta.dirname, '../../examples/grafana/vigie.json');
/** Metrics of the process, which prom-client adds. */
const DEFAULTS = /^(?:process|nodejs)_/;

async function scrape(context: TestContext) {
  const rig = await startKeys(context);
  const { secret } = (await make(rig.admin, { powers: ['metrics'] })).body;
  const read = async (token: string | null): Promise<Response> =>
    fetch(`${rig.server.url}/metrics`, {
      headers: token === null ? {} : { authorization: `Bearer ${token}` },
    });
  return { ...rig, secret, read };
}

test('a key with the power reads the metrics, and no other', async (context) => {
  const { admin, secret, read } = await scrape(context);
  const live = (await make(admin, { everyCamera: ['live'] })).body.secret;
  const administers = (await make(admin, { powers: ['administer'] })).body.secret;
  const statuses = [];
  for (const token of [null, live, secret, administers, admin.accessToken])
    statuses.push((await read(token)).status);
  assert.deepEqual(statuses, [401, 403, 200, 200, 200]);
  const response = await read(secret);
  assert.match(response.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
});

test('a key for metrics reads nothing else', async (context) => {
  const { secret, by, door } = await scrape(context);
  assert.deepEqual((await by(secret, '/api/cameras')).body, []);
  assert.equal((await by(secret, '/api/status')).status, 403);
  assert.equal((await by(secret, `/api/cameras/${door}/status`)).status, 404);
});

test('each camera has its values, and a removed one none', async (context) => {
  const { server, secret, door, yard, read } = await scrape(context);
  const online = async (): Promise<string[]> =>
    [...(await (await read(secret)).text()).matchAll(/^vigie_camera_online\{camera="(.*)"\} 0$/gm)].map(
      ([, id = '']) => id,
    );
  assert.deepEqual((await online()).toSorted(), [door, yard].toSorted());
  await server.catalog.remove(yard);
  assert.deepEqual(await online(), [door]);
});

test('counters keep their value between two scrapes', async (context) => {
  const { secret, read } = await scrape(context);
  const value = async (): Promise<number> =>
    Number(/^vigie_store_writes_total (\d+)$/m.exec(await (await read(secret)).text())?.[1]);
  const first = await value();
  const second = await value();
  assert.ok(first > 0 && second >= first && second < first + 20, `${first}, then ${second}`);
});

test('names follow the conventions of Prometheus', () => {
  for (const { gauges, counters } of [SITE_METRICS, EDGE_METRICS]) {
    for (const { name } of counters) assert.match(name, /^vigie_[a-z_]+_total$/);
    for (const { name } of gauges)
      assert.match(name, /^vigie_(?!.*_total$)(?!.*_(?:ms|mib|kb|percent)$)[a-z_]+$/);
    const names = [...gauges, ...counters].map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
  }
});

test('promtool, where it is installed, has no complaint', async (context) => {
  const { secret, read } = await scrape(context);
  const { status, stderr, error } = spawnSync('promtool', ['check', 'metrics'], {
    input: await (await read(secret)).text(),
  });
  if (error) return context.skip('promtool is not installed (Debian: prometheus)');
  // prom-client names some values of the process in its own way.
  const complaints = stderr
    .toString()
    .split('\n')
    .filter((line) => line !== '' && !DEFAULTS.test(line));
  assert.deepEqual(complaints, []);
  assert.ok(status === 0 || status === 3, `promtool ended with ${status}`);
});

test('every metric of the dashboard exists', async (context) => {
  const { secret, read } = await scrape(context);
  const text = await (await read(secret)).text();
  const declared = new Set([...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name));
  const { panels } = JSON.parse(readFileSync(DASHBOARD, 'utf8')) as {
    panels: { targets?: { expr: string }[] }[];
  };
  const used = panels
    .flatMap(({ targets = [] }) => targets)
    .flatMap(({ expr }) => expr.match(/\b(?:vigie|process|nodejs)_[a-z\d_]+/g) ?? []);
  assert.ok(used.length > 10);
  for (const name of used) assert.ok(declared.has(name), name);
});
