/**
 * The CPU time that test files cost, with the processes they start: the suite's time on two cores follows from it,
 * while the time a file takes depends on what runs beside it.
 */

import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';

const FILE = resolve(import.meta.dirname, '../../node_modules/.cache/vigie-test-costs.tsv');
/** proc(5): a tick of /proc/self/stat on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;
/** proc(5): cutime and cstime are fields 16 and 17; the fields after the command's name begin with the third. */
const CHILDREN_USER = 16 - 3;
const CHILDREN_SYSTEM = 17 - 3;

/** CPU time of this process and of its children that have ended (Linux only). */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6 + endedChildrenSeconds();
}

function endedChildrenSeconds(): number {
  if (process.platform !== 'linux') return 0;
  const stat = readFileSync('/proc/self/stat', 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[CHILDREN_USER]) + Number(fields[CHILDREN_SYSTEM])) / TICKS_PER_SECOND;
}

/** @param name of the test file, or of the process that ran several */
export function recordCost(name: string, seconds: number): void {
  appendFileSync(FILE, `${name}\t${seconds.toFixed(2)}\n`);
}

export function forgetCosts(): void {
  rmSync(FILE, { force: true });
}

/** By name, in seconds. */
export function recordedCosts(): Map<string, number> {
  if (!existsSync(FILE)) return new Map();
  const rows = readFileSync(FILE, 'utf8').trim().split('\n');
  return new Map(rows.map((row): [string, number] => [row.split('\t')[0] ?? '', Number(row.split('\t')[1])]));
}
