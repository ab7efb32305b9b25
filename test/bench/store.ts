/**
 * The cost of a full event log: the time of one list, and how long the server's thread stands still while one viewer
 * requests it repeatedly.
 *
 *     npm run bench:store
 *
 * 20 cameras with 10,000 events each, the product's own bound. The statement of version 0.1.0 runs on the same tables,
 * for comparison.
 */

import { performance, monitorEventLoopDelay } from 'node:perf_hooks';
import type { DatabaseSync } from 'node:sqlite';
import type { TestContext } from 'node:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { openDatabase } from '../../server/store/open-database.ts';
import { ADMIN_PASSWORD, startApi } from '../support/api-server.ts';
import { FILLED_UNTIL_MS, fillDatabase } from '../support/full-database.ts';
import { percentile } from './percentiles.ts';

const FILL = {
  cameras: 20,
  events: 10_000,
  thumbnails: 200,
  segments: 10_000,
  gaps: 1_000,
  users: 50,
  sessions: 10,
  webhooks: 20,
  deliveries: 700,
  audit: 100_000,
};
const LOOP_MS = 5_000;
/** The former statement and its index. */
const FORMER_INDEX = `DROP INDEX events_by_kind; DROP INDEX events_by_time;
  CREATE INDEX events_by_time ON events (camera_id, started_at)`;
const FORMER = `SELECT id FROM events WHERE camera_id IN (SELECT value FROM json_each(:cameraIds))
  AND kind = coalesce(:kind, kind) ORDER BY sequence DESC LIMIT :limit`;

const folder = mkdtempSync(join(tmpdir(), 'vigie-bench-store-'));
const closing: (() => unknown)[] = [() => rmSync(folder, { recursive: true })];
try {
  await bench();
} finally {
  for (const close of closing.toReversed()) await close();
}
process.exit(0);

async function bench(): Promise<void> {
  const database = openDatabase(folder);
  fillDatabase(database, FILL);
  timeFormer(database);
  database.close();

  // A server, whose clean-up a test framework would do.
  const context = { after: (close: () => unknown) => closing.push(close) } as unknown as TestContext;
  const { url, accounts } = await startApi(context, { dataDir: folder });
  // Users inserted directly have no password.
  const owner = {
    username: 'owner',
    password: ADMIN_PASSWORD,
    role: 'administrator',
    cameras: [],
  } as const;
  await accounts.users.add(owner);
  const token = await signIn(url);
  const from = FILLED_UNTIL_MS - 3 * 86_400_000;
  const to = from + 86_400_000;
  const idle = await standstill('nobody asks', () => sleep(LOOP_MS));
  for (const path of [
    '/api/events?limit=20',
    '/api/events?limit=20&kind=offline',
    '/api/events?limit=20&before=evt_3_5000',
    `/api/events?limit=1000&from=${from}&to=${to}`,
    `/api/cameras/cam_3/timeline?from=${from}&to=${to}`,
  ])
    await standstill(path, () => viewer(url + path, token), idle);
}

function timeFormer(database: DatabaseSync): void {
  database.exec(`BEGIN; ${FORMER_INDEX}`);
  const statement = database.prepare(FORMER);
  const cameraIds = JSON.stringify(Array.from({ length: FILL.cameras }, (_, index) => `cam_${index + 1}`));
  const times = Array.from({ length: 9 }, () => {
    const started = performance.now();
    statement.all({ cameraIds, kind: null, limit: 20 });
    return performance.now() - started;
  });
  database.exec('ROLLBACK');
  print(`the former statement, newest 20: median ${ms(percentile(times, 50))}`);
}

async function signIn(url: string): Promise<string> {
  const response = await fetch(`${url}/api/auth/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Origin: url },
    body: JSON.stringify({ username: 'owner', password: ADMIN_PASSWORD }),
  });
  if (!response.ok) throw new Error(`signing in failed: ${await response.text()}`);
  return ((await response.json()) as { accessToken: string }).accessToken;
}

/** Sends requests from a separate thread, so that its work is not counted as the server's. */
async function viewer(url: string, token: string): Promise<number[]> {
  const worker = new Worker(
    `const { workerData, parentPort } = require('node:worker_threads');
     (async () => {
       const { url, token, untilMs } = workerData;
       const times = [];
       while (Date.now() < untilMs) {
         const started = performance.now();
         const response = await fetch(url, { headers: { Authorization: 'Bearer ' + token } });
         if (!response.ok) throw new Error(await response.text());
         await response.arrayBuffer();
         times.push(performance.now() - started);
       }
       parentPort.postMessage(times);
     })();`,
    { eval: true, workerData: { url, token, untilMs: Date.now() + LOOP_MS } },
  );
  const { promise, resolve, reject } = Promise.withResolvers<number[]>();
  worker.once('message', resolve);
  worker.once('error', reject);
  return promise;
}

async function standstill(name: string, work: () => Promise<unknown>, idleMs?: number): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const times = await work();
  delay.disable();
  const [p50, p99, max] = [delay.percentile(50), delay.percentile(99), delay.max].map((ns) => ns / 1e6);
  const answers = Array.isArray(times) ? (times as number[]) : [];
  print(
    `${name}: the loop stands still p50 ${ms(p50)}, p99 ${ms(p99)}, most ${ms(max)}` +
      (answers.length > 0 ? `; ${answers.length} answers, median ${ms(percentile(answers, 50))}` : '') +
      (idleMs === undefined ? '' : ` (idle p99 ${ms(idleMs)})`),
  );
  return p99 ?? 0;
}

function ms(value: number | undefined): string {
  return `${(value ?? 0).toFixed(1)} ms`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
