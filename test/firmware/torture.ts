/**
 * Kills the server again and again under the firmware's host build, and checks that the camera streams each time, grows
 * no memory, and ends without errors. Built with sanitizers: a leak at exit fails it.
 *
 *    node test/firmware/torture.ts [times, 50 unless given]
 */

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { buildFirmware } from '../support/build-firmware.ts';
import { HostCamera, IngestServer, Workshop } from '../support/host-camera.ts';

/** Allowance for the allocator itself; the leak check at exit finds real leaks. */
const MAX_GROWTH_MB = 4;
const times = Number(process.argv[2] ?? 50);
buildFirmware();
using workshop = new Workshop();
const certificate = workshop.certificate('localhost');
const server = new IngestServer(certificate);
await server.start();
const camera = new HostCamera(server.url, workshop.footage(), ['--ca', certificate.path]);
const started = performance.now();
const early = Math.min(10, times);
let before = measure();
for (let i = 1; i <= times; i++) {
  await server.receives(5);
  await server.stop(i % 2 === 0);
  await server.start();
  if (i === early) {
    await server.receives(5);
    before = measure();
  }
}
await server.receives(25);
const now = measure();
const code = await camera.stop();
await server.stop();
assert.equal(code, 0, camera.output);
assert.equal(camera.output.match(/online/g)?.length, times + 1);
assert.equal(now?.descriptors, before?.descriptors, 'descriptors are left open');
if (now && before)
  assert.ok(
    now.residentMb <= before.residentMb + MAX_GROWTH_MB,
    `${before.residentMb} to ${now.residentMb} MB`,
  );
const seconds = ((performance.now() - started) / 1000).toFixed(0);
const memory =
  now && before ? `${before.residentMb} MB after ${early}, ${now.residentMb} MB at the end` : 'no /proc';
process.stdout.write(`${times} restarts in ${seconds} s: streaming after each, clean at exit; ${memory}\n`);

/** Figures of the camera's process; undefined without /proc. */
function measure(): { descriptors: number; residentMb: number } | undefined {
  const folder = `/proc/${camera.process.pid}`;
  if (!existsSync(folder)) return undefined;
  const status = readFileSync(`${folder}/status`, 'utf8');
  const residentMb = Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024);
  return { descriptors: readdirSync(`${folder}/fd`).length, residentMb };
}
