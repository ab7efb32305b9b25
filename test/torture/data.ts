/**
 * Destroys the data of a running server in every way there is, and counts what was lost of what was promised: an event that was
 * answered with 201 is promised. Needs root on Linux, for small and removable disks.
 *
 *     npm run torture:data                           everything, some five minutes
 *     npm run torture:data -- --only kill,lock       by the names printed
 */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { DEFAULT_RECORDING } from '../../server/recording/default-recording.ts';
import type { Health } from '../../server/wire/health.ts';
import type { RecordingStatus } from '../../server/wire/recording.ts';
import type { ApiSession } from '../support/api-session.ts';
import { FULL_RATE, startCamera } from '../support/camera-process.ts';
import { Child } from '../support/child-process.ts';
import { DatabaseLock } from '../support/database-lock.ts';
import { ServerProcess } from '../support/server-process.ts';
import { SmallDisk } from '../support/small-disk.ts';
import { until } from '../support/until.ts';
import { DataLoad } from './data-load.ts';
import { leaveUnread } from './unread-downloads.ts';

/** Looked at every 30 s. */
const NOTICED_WITHIN_MS = 35_000;
const LOCK_MS = 15_000;
const FULL_MS = 20_000;
const KILLS = 8;
const LONGEST_LIFE_MS = 2_500;
const HEALTH_WITHIN_MS = 1_000;
/** Shown of a server that failed. */
const LOG_LINES = 12;

const { values } = parseArgs({ options: { only: { type: 'string' } } });

interface House {
  server: ServerProcess;
  admin: ApiSession;
  cameraId: string;
  dataDir: string;
  load: DataLoad;
}

/** A server, a camera that sends and is recorded, a viewer that watches, and a sensor that reports all the time. */
async function house(
  work: (house: House) => Promise<string>,
  env: Record<string, string> = {},
): Promise<string> {
  const server = await ServerProcess.start({ env });
  const kill = (): void => void server.child.process.kill('SIGKILL');
  process.once('exit', kill);
  const admin = await server.admin();
  const camera = await admin.addCamera('Door');
  await admin.request('PUT', `/cameras/${camera.id}/recording`, { ...DEFAULT_RECORDING, mode: 'continuous' });
  const device = startCamera(server.cameraUrl, camera, FULL_RATE);
  const load = await DataLoad.begin(server, admin, camera.id);
  const dataDir = env['VIGIE_DATA_DIR'] ?? join(server.folder, 'data');
  try {
    await until('events are stored', () => load.promised.size > 10);
    return await work({ server, admin, cameraId: camera.id, dataDir, load });
  } catch (error) {
    const lines = server.child.output.split('\n').slice(-LOG_LINES).join('\n');
    throw new Error(`${String(error)}; the server said at last:\n${lines}`, { cause: error });
  } finally {
    await load.end();
    await device.stop('SIGKILL');
    await server.kill();
    process.off('exit', kill);
    rmSync(server.folder, { recursive: true, force: true });
  }
}

async function lostOf({ server, load }: House): Promise<string> {
  await load.pause();
  const stored = await load.storedIn(server);
  const lost = [...load.promised].filter((id) => !stored.has(id));
  assert.deepEqual(lost, [], 'promised events that are not there');
  return `${lost.length} of ${load.promised.size} promised events lost, ${load.refused} refused`;
}

async function untilNoticed({ server, load }: House, problem: string): Promise<string> {
  const beganMs = performance.now();
  await until(
    `health says ${problem}`,
    async () => {
      const health = (await (await fetch(`${server.url}/api/health`)).json()) as Health;
      return health.status === 'degraded' && (health.problems as string[]).includes(problem);
    },
    NOTICED_WITHIN_MS,
  );
  const ms = performance.now() - beganMs;
  await until('it is logged', () => server.child.output.includes('data lost or damaged'));
  const packets = load.packets;
  await until('live goes on', () => load.packets > packets + 50);
  return `noticed after ${(ms / 1000).toFixed(1)} s, live went on`;
}

/** Nothing is promised any more. */
async function assertRefusing({ load }: House): Promise<void> {
  // Gives requests time that were under way when the alarm came.
  await delay(500);
  const promised = load.promised.size;
  const refused = load.refused;
  await until('events are refused', () => load.refused > refused + 5);
  assert.equal(load.promised.size, promised, 'promised after the alarm');
}

async function destroyed(destroy: (dataDir: string) => void, problem: string): Promise<string> {
  return house(async (each) => {
    destroy(each.dataDir);
    const noticed = await untilNoticed(each, problem);
    await assertRefusing(each);
    return noticed;
  });
}

/** The output of a server that does not start on this data folder. */
async function refusedStart(dataDir: string): Promise<string> {
  const env = { VIGIE_DATA_DIR: dataDir, VIGIE_HTTP_PORT: '0', VIGIE_RTC_PORT: '0' };
  const child = new Child('server/main.ts', [], { cwd: tmpdir(), env });
  assert.equal(await child.exited(), 1, child.output);
  return child.output;
}

const SCENARIOS: Readonly<Record<string, () => Promise<string>>> = {
  kill: () =>
    house(async (each) => {
      for (let kill = 0; kill < KILLS; kill++) {
        await delay(Math.random() * LONGEST_LIFE_MS);
        await each.server.kill();
        await each.server.start();
      }
      return `${KILLS} kills: ${await lostOf(each)}`;
    }),

  lock: () =>
    house(async (each) => {
      const { server, load, admin } = each;
      const framesOf = async (): Promise<number> => (await admin.status()).ingest.frames;
      const held = await DatabaseLock.hold(each.dataDir);
      const endMs = performance.now() + LOCK_MS;
      let slowestMs = 0;
      let [frames, packets] = [await framesOf(), load.packets];
      while (performance.now() < endMs) {
        const askedMs = performance.now();
        await (await fetch(`${server.url}/api/health`)).json();
        slowestMs = Math.max(slowestMs, performance.now() - askedMs);
        await delay(1_000);
        const now = [await framesOf(), load.packets] as const;
        assert.ok(now[0] > frames && now[1] > packets, 'frames come and go out');
        [frames, packets] = now;
      }
      assert.ok(slowestMs < HEALTH_WITHIN_MS, `health took ${slowestMs} ms`);
      await held.release();
      return `locked for ${LOCK_MS / 1000} s: health at worst ${slowestMs.toFixed(0)} ms, ${await lostOf(each)}`;
    }),

  fill: async () => {
    using disk = SmallDisk.mount(40e6);
    assert.ok(disk, 'a small disk needs root');
    const env = { VIGIE_DATA_DIR: join(disk.path, 'data'), VIGIE_RECORDING_FREE_FLOOR: '0' };
    return await house(async (each) => {
      disk.fill();
      // Some still fit into what the database has set aside.
      await delay(FULL_MS);
      await each.server.kill();
      disk.empty();
      await each.server.start();
      return lostOf(each);
    }, env);
  },

  unread: async () => {
    using disk = SmallDisk.mount(160e6);
    assert.ok(disk, 'a small disk needs root');
    const env = { VIGIE_DATA_DIR: join(disk.path, 'data'), VIGIE_RECORDING_FREE_FLOOR: '64M' };
    return await house(({ server, admin, cameraId }) => leaveUnread(server.url, admin, cameraId, disk), env);
  },

  remove: () => destroyed((dataDir) => rmSync(dataDir, { recursive: true }), 'databaseMissing'),

  truncate: () =>
    house(async (each) => {
      // As much as there is to lose is in the file.
      await until('it is in the file', () => statSync(join(each.dataDir, 'vigie.db')).size > 8192, 90_000);
      truncateSync(join(each.dataDir, 'vigie.db'), 4096);
      const noticed = await untilNoticed(each, 'databaseDamaged');
      await assertRefusing(each);
      await each.server.kill();
      return `${noticed}; the next start: ${(await refusedStart(each.dataDir)).includes('--restore') ? 'advises' : 'repaired from the log'}`;
    }),

  overwrite: () =>
    destroyed(
      (dataDir) => writeFileSync(join(dataDir, 'vigie.db'), Buffer.alloc(500_000, 0xa5), { flag: 'r+' }),
      'databaseDamaged',
    ),

  unplug: async () => {
    const stick = mkdtempSync(join(tmpdir(), 'vigie-stick-'));
    const socket = mkdtempSync(join(tmpdir(), 'vigie-data-'));
    const recordings = join(socket, 'recordings');
    const segments = (): number => globSync('*/*/*.webm', { cwd: stick }).length;
    mkdirSync(recordings);
    const plug = (): void => void execFileSync('mount', ['--bind', stick, recordings]);
    const isPlugged = (): boolean => statSync(recordings).ino === statSync(stick).ino;
    const unplug = (): void => void execFileSync('umount', ['-l', recordings]);
    plug();
    try {
      return await house(
        async (each) => {
          await until('it is recorded', () => segments() > 0);
          unplug();
          const noticed = await untilNoticed(each, 'recordingsMissing');
          const { alarm } = await each.admin.request<RecordingStatus>('GET', '/recording');
          assert.equal(alarm, 'folderMissing');
          assert.deepEqual(globSync('*/*/*', { cwd: recordings }), [], 'nothing is written in its place');
          plug();
          const before = segments();
          await until('recording goes on', () => segments() > before);
          return `${noticed}; plugged in again, it went on; ${await lostOf(each)}`;
        },
        { VIGIE_DATA_DIR: socket },
      );
    } finally {
      if (isPlugged()) unplug();
      for (const folder of [stick, socket]) rmSync(folder, { recursive: true, force: true });
    }
  },

  second: () =>
    house(async (each) => {
      assert.match(await refusedStart(each.dataDir), /in use by another Vigie/);
      return `refused; ${await lostOf(each)}`;
    }),

  restore: () =>
    house(async (each) => {
      const { server, dataDir, load } = each;
      const before = new Set(load.promised);
      const file = join(server.folder, 'backup.vigie');
      const run = async (...args: string[]): Promise<void> => {
        const child = new Child('server/main.ts', args, { env: { VIGIE_DATA_DIR: dataDir } });
        assert.equal(await child.exited(), 0, child.output);
      };
      await run('--backup', file);
      await server.kill();
      await load.pause();
      for (const path of globSync('vigie.db*', { cwd: dataDir })) rmSync(join(dataDir, path));
      assert.match(await refusedStart(dataDir), /recordings and no database/);
      await run('--restore', file, '--yes');
      await server.start();
      const stored = await load.storedIn(server);
      const lost = [...before].filter((id) => !stored.has(id));
      assert.deepEqual(lost, []);
      return `${lost.length} of ${before.size} events from before the backup lost`;
    }),
};

const chosen = Object.entries(SCENARIOS).filter(([name]) => values.only?.split(',').includes(name) ?? true);
let failed = 0;
for (const [name, run] of chosen) {
  try {
    process.stdout.write(`${name.padEnd(10)} ${await run()}\n`);
  } catch (error) {
    failed++;
    process.stdout.write(`${name.padEnd(10)} FAILED: ${String(error)}\n`);
  }
}
process.exit(failed);
