/** Linux's figures of a process and of the machine, from /proc (proc(5)). On other systems `hasProc` is false. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** USER_HZ, the unit of times in /proc; 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

export const hasProc = existsSync('/proc/self/stat');

/** @returns resident memory in MB, or NaN when the process is gone */
export function residentMb(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readProc(`${pid}/status`))?.[1];
  return Number(kilobytes ?? Number.NaN) / 1024;
}

/** @returns how many descriptors are open, or NaN when the process is gone */
export function descriptorCount(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return Number.NaN;
  }
}

/** @returns CPU time of all threads so far, in seconds; 0 when the process is gone */
export function cpuSeconds(pid: number): number {
  const fields = statFields(pid);
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / TICKS_PER_SECOND;
}

/** @returns pids of its running child processes */
export function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((other) => Number(statFields(other)[1]) === pid);
}

/** @returns CPU time of all cores so far, in seconds */
export function machineCpu(): { busy: number; idle: number } {
  const [, ...fields] = (readProc('stat').split('\n')[0] ?? '').split(/\s+/);
  const [user = 0, nice = 0, system = 0, idle = 0, ioWait = 0, irq = 0, softIrq = 0, steal = 0] =
    fields.map(Number);
  return {
    busy: (user + nice + system + irq + softIrq + steal) / TICKS_PER_SECOND,
    idle: (idle + ioWait) / TICKS_PER_SECOND,
  };
}

/** The fields after the program's name, which may itself contain spaces: state, parent, … */
function statFields(pid: number): string[] {
  const stat = readProc(`${pid}/stat`);
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function readProc(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, 'utf8');
  } catch {
    return '';
  }
}
