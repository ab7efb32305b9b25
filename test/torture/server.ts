/**
 * Attacks a running server, each attack for 40 seconds, while a camera sends at 25 fps and a viewer watches; prints the
 * figures of viewer, health check, memory and descriptors, and fails when a limit is broken. Loopback only, and at most
 * 15 minutes. A server that does not recover is replaced by a new one before the next attack.
 *
 *     npm run torture:server
 *     npm run torture:server -- --list
 *     npm run torture:server -- --only camera-endpoint,past-capacity --seconds 30
 *     npm run torture:server -- --heap 512 --nofile 1024       small heap, few descriptors
 */

import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { ensureClientBuilt } from '../../server/start/client-build.mjs';
import { hasProc } from '../support/process-facts.ts';
import { sumOf, type Attack, type Counts, type Target } from './attack.ts';
import type { AttackerBeginning, AttackerReport } from './attacker-process.ts';
import { ATTACKS } from './attacks.ts';
import { CpuWatch } from './cpu.ts';
import { brokenLimits, brokenResources, figuresOf, LIMITS, medianResources, within } from './figures.ts';
import { brokenBy, cpuText, describe, limitsText, table, type Outcome } from './outcome.ts';
import { Rig } from './rig.ts';
import { warmUp } from './warm-up.ts';
import { Worker } from './worker.ts';

const MAX_TOTAL_MS = 15 * 60_000;
const WARM_UP_MS = 30_000;
/** The end of the warm-up, with only the camera and the viewer. */
const QUIET_MS = 10_000;
const MIN_RECOVERY_MS = 5_000;
const MAX_RECOVERY_MS = 60_000;
const BEFORE_MS = 6_000;
/** Attackers that do not end by themselves are killed after this. */
const ATTACKER_GRACE_MS = 3_000;
/** Attackers get the CPU that the server leaves over, as if they were on other machines. */
const NICE = 10;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '40' },
    only: { type: 'string' },
    list: { type: 'boolean', default: false },
    heap: { type: 'string' },
    nofile: { type: 'string' },
  },
});
const SECONDS = Number(values.seconds);
const say = (text: string): void => void process.stdout.write(`${text}\n`);

if (values.list) {
  for (const { name, title } of ATTACKS) say(`${name.padEnd(20)} ${title}`);
  process.exit();
}
const names = values.only?.split(',');
const chosen = ATTACKS.filter(({ name }) => names === undefined || names.includes(name));
const unknown = names?.filter((name) => !ATTACKS.some((attack) => attack.name === name)) ?? [];
if (unknown.length > 0 || !(SECONDS >= 5 && SECONDS <= 300))
  fail(`--only takes names of --list, --seconds 5 to 300; ${unknown.join(', ')}`);
if (!hasProc)
  fail('this needs Linux: it reads /proc, and attacks from many addresses of the loopback network');
const problem = await ensureClientBuilt();
if (problem) fail(problem);

const deadlineMs = Date.now() + MAX_TOTAL_MS;
const outcomes: Outcome[] = [];
const notRun: string[] = [];
let rig: Rig | undefined;
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
say(`${limitsText()}; attackers run at nice ${NICE}`);

for (const attack of chosen) {
  const needsMs = (rig ? BEFORE_MS : WARM_UP_MS) + SECONDS * 1000 + MIN_RECOVERY_MS;
  if (Date.now() + needsMs > deadlineMs) {
    notRun.push(attack.name);
    continue;
  }
  rig ??= await startRig();
  const outcome = await strike(rig, attack);
  outcomes.push(outcome);
  say(describe(outcome));
  if (brokenBy(outcome).length === 0) continue;
  await rig.stop();
  rig = undefined;
}
await rig?.stop();

say(`\n${table(outcomes)}`);
if (notRun.length > 0) say(`not run, the time was over: ${notRun.join(', ')}`);
const broken = outcomes.filter((outcome) => brokenBy(outcome).length > 0);
if (broken.length > 0 || notRun.length > 0) process.exitCode = 1;
else say('all limits hold');
for (const outcome of broken) say(`${outcome.attack.name}: ${brokenBy(outcome).join(', ')}`);

/** A server, warmed up; reports when it is unhealthy even without an attack. */
async function startRig(): Promise<Rig> {
  const started = await Rig.start({
    heap: values.heap === undefined ? undefined : Number(values.heap),
    nofile: values.nofile === undefined ? undefined : Number(values.nofile),
  });
  const cpu = new CpuWatch(started.serverPid, [], started.measuringPids);
  await warmUp(started, WARM_UP_MS);
  const toMs = Date.now();
  const figures = figuresOf(started.samples, { fromMs: toMs - QUIET_MS, toMs, recoveredMs: toMs });
  const { fps, health, after } = figures;
  say(
    `\nin peace: ${fps.median} fps, at worst ${fps.min}; health p99 ${health.p99Ms.toFixed(1)} ms; ` +
      `server ${after.serverMb.toFixed(0)} MB, codecs ${after.codecMb.toFixed(0)} MB; CPU ${cpuText(cpu.use())}`,
  );
  const short = brokenLimits(figures).filter((limit) => limit === 'viewer' || limit === 'health');
  if (short.length > 0) say(`this machine has no room even in peace (${short.join(', ')}): times say little`);
  return started;
}

async function strike(on: Rig, attack: Attack): Promise<Outcome> {
  const given = await attack.prepare(on);
  await delay(BEFORE_MS);
  const fromMs = Date.now();
  const untilMs = fromMs + SECONDS * 1000;
  const counts: Counts[] = [];
  const attackers = Array.from({ length: attack.processes ?? 1 }, (_, index) => {
    const target: Target<unknown> = { port: on.port, cameraUrl: on.cameraUrl, untilMs, index, given };
    const beginning: AttackerBeginning = { name: attack.name, target };
    return new Worker<AttackerReport>(
      'attacker-process.ts',
      beginning,
      (report) => counts.push(report.counts),
      NICE,
    );
  });
  const visitsBefore = on.visits;
  const cpu = new CpuWatch(
    on.serverPid,
    attackers.map(({ pid }) => pid),
    on.measuringPids,
  );
  const looking = setInterval(() => cpu.look(), 1_000);
  const probing = attack
    .probe?.(on, untilMs)
    .catch((error: unknown) => [{ text: `could not be measured: ${String(error)}`, broken: 'probe' }]);
  await delay(untilMs - Date.now());
  clearInterval(looking);
  const used = cpu.use();
  const toMs = Date.now();
  await Promise.all(attackers.map((attacker) => attacker.endedBy(untilMs + ATTACKER_GRACE_MS)));
  const findings = (await probing) ?? [];
  if (attackers.some(({ hasFailed }) => hasFailed))
    findings.push({ text: 'attackers failed, see above', broken: 'the attack itself' });
  await recover(on, fromMs, toMs);
  const recoveredMs = Date.now();
  const { process: server } = on.server.child;
  return {
    attack,
    seconds: SECONDS,
    figures: figuresOf(on.samples, { fromMs, toMs, recoveredMs }),
    recoverySeconds: (recoveredMs - toMs) / 1000,
    findings,
    counts: sumOf(counts),
    cpu: used,
    viewerReturns: on.visits - visitsBefore,
    errorsLogged: on.errorsLogged,
    serverEnd: on.server.child.hasExited ? (server.signalCode ?? `code ${server.exitCode}`) : undefined,
  };
}

/** Waits until everything is as before the attack, at most a minute. */
async function recover(on: Rig, fromMs: number, toMs: number): Promise<void> {
  const before = medianResources(within(on.samples.resources, fromMs - BEFORE_MS, fromMs));
  const lastMs = Math.min(toMs + MAX_RECOVERY_MS, deadlineMs);
  await delay(Math.max(0, toMs + MIN_RECOVERY_MS - Date.now()));
  while (Date.now() < lastMs && !on.server.child.hasExited) {
    const now = on.samples.resources.at(-1);
    const isBack = now !== undefined && brokenResources(before, now).length === 0;
    if (isBack && on.fps >= LIMITS.minFps && !on.isCameraAway) return;
    await delay(500);
  }
}

function fail(reason: string): never {
  process.stderr.write(`${reason}\n`);
  process.exit(1);
}
