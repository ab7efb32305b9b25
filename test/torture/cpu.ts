/** CPU use over some time, in cores: distinguishes a slow server from a busy machine. */

import { availableParallelism } from 'node:os';
import { childrenOf, cpuSeconds, machineCpu } from '../support/process-facts.ts';

export interface CpuUse {
  server: number;
  codecs: number;
  attackers: number;
  measuring: number;
  /** Programs outside of the test. */
  others: number;
  cores: number;
  /** Less idle time than this means that the machine was busy. */
  isFull: boolean;
}

const FULL_SHARE = 0.95;

/** A process that ends keeps its last known time, so call `look` every second or so. */
export class CpuWatch {
  readonly #serverPid: number;
  readonly #attackers: readonly number[];
  readonly #measuring: readonly number[];
  readonly #seen = new Map<number, { first: number; last: number }>();
  readonly #codecs = new Set<number>();
  readonly #startedMs = Date.now();
  readonly #machine = machineCpu();

  constructor(serverPid: number, attackers: readonly number[], measuring: readonly number[]) {
    this.#serverPid = serverPid;
    this.#attackers = attackers;
    this.#measuring = measuring;
    this.look();
  }

  look(): void {
    for (const pid of childrenOf(this.#serverPid)) this.#codecs.add(pid);
    for (const pid of [this.#serverPid, ...this.#codecs, ...this.#attackers, ...this.#measuring]) {
      const seconds = cpuSeconds(pid);
      const seen = this.#seen.get(pid);
      if (!seen) this.#seen.set(pid, { first: seconds, last: seconds });
      else if (seconds > seen.last) seen.last = seconds;
    }
  }

  use(): CpuUse {
    this.look();
    const elapsed = (Date.now() - this.#startedMs) / 1000;
    const coresOf = (pids: Iterable<number>): number => {
      let seconds = 0;
      for (const pid of pids) {
        const seen = this.#seen.get(pid);
        if (seen) seconds += seen.last - seen.first;
      }
      return seconds / elapsed;
    };
    const now = machineCpu();
    const busy = (now.busy - this.#machine.busy) / elapsed;
    const cores = availableParallelism();
    const ours = {
      server: coresOf([this.#serverPid]),
      codecs: coresOf(this.#codecs),
      attackers: coresOf(this.#attackers),
      measuring: coresOf(this.#measuring),
    };
    const known = ours.server + ours.codecs + ours.attackers + ours.measuring;
    return { ...ours, others: Math.max(0, busy - known), cores, isFull: busy > FULL_SHARE * cores };
  }
}
