/**
 * Loaded before test files that run beside timed ones: they and their programs get only the CPU time that nothing else wants
 * (SCHED_IDLE, sched(7); elsewhere than on Linux the lowest priority).
 */

import { spawnSync } from 'node:child_process';
import { constants, setPriority } from 'node:os';

const { status } = spawnSync('chrt', ['--idle', '--pid', '0', String(process.pid)]);
if (status !== 0) setPriority(constants.priority.PRIORITY_LOW);
