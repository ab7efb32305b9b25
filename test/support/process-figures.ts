/** CPU time and, where /proc exists, memory of a process on this machine. */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** User and system time of a process so far, all threads, in ms. */
export function cpuMs(pid: number): number {
  if (process.platform === 'linux') {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    const ticksPerSecond = 100;
    return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond;
  }
  const time = execFileSync('ps', ['-o', 'time=', '-p', String(pid)], { encoding: 'utf8' });
  const [seconds = 0, minutes = 0, hours = 0] = time.trim().split(':').map(Number).toReversed();
  return ((hours * 60 + minutes) * 60 + seconds) * 1000;
}

/** Resident memory of a process in bytes; NaN when it is gone, or not on Linux. */
export function residentBytes(pid: number): number {
  try {
    const [, kb] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kb) * 1024;
  } catch {
    return Number.NaN;
  }
}
