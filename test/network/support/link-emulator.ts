/**
 * A wire of the network whose delay, losses and rate are set at will: link-emulator.c, built with `cc` when it is first needed.
 */

import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { installOnDebian } from '../../support/debian-packages.ts';
import type { Host } from './host.ts';
import type { Network } from './network.ts';

const SOURCE = resolve(import.meta.dirname, 'link-emulator.c');
const ETHTOOL = '/usr/sbin/ethtool';

/** Percent, ms and kbit/s; what is left out stays as it is. */
export interface LinkSettings {
  loss?: number;
  /** Bursts of losses: how likely a packet begins one, and ends it. */
  enter?: number;
  leave?: number;
  delay?: number;
  jitter?: number;
  /** 1: jitter lets packets overtake each other. */
  reorder?: 0 | 1;
  /** 0: without limit. */
  rate?: number;
  /** At that rate. */
  queue?: number;
}

/** Since the last time they were asked for; RTP by its payload type. */
export interface LinkCounters {
  packets: number;
  bytes: number;
  lost: number;
  lostBytes: number;
  /** Forward error correction. */
  corrections: number;
  video: number;
  videoLost: number;
  repeats: number;
  repeatsLost: number;
  longestQueueMs: number;
}

export type LinkDirection = 'down' | 'up' | 'both';

export class LinkEmulator implements Disposable {
  readonly #process: ChildProcess;
  readonly #lines: Interface;
  readonly #folder: string;

  /**
   * Joins two wires of a network. All that comes to `far` is "down".
   *
   * @param hosts everything at both ends: their interfaces leave checksums and large packets to no card
   */
  static async join(
    network: Network,
    [near, far]: readonly [string, string],
    hosts: readonly Host[],
  ): Promise<LinkEmulator> {
    if (!existsSync(ETHTOOL)) installOnDebian(['ethtool']);
    const bridge = network.addHost(`link-${far}`);
    network.plug(bridge, 'near', near, '10.254.254.1/32');
    network.plug(bridge, 'far', far, '10.254.254.2/32');
    for (const host of hosts) withoutOffloads(host, 'eth0');
    for (const name of ['near', 'far']) withoutOffloads(bridge, name);
    const emulator = new LinkEmulator(bridge);
    await emulator.#line();
    return emulator;
  }

  private constructor(host: Host) {
    this.#folder = mkdtempSync(join(tmpdir(), 'vigie-link-'));
    const binary = join(this.#folder, 'link-emulator');
    const { status, stderr } = spawnSync('cc', ['-O2', '-o', binary, SOURCE], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`failed to build the link emulator: ${stderr}`);
    const [program = '', ...words] = host.prefix;
    this.#process = spawn(program, [...words, binary, 'near', 'far'], { stdio: ['pipe', 'pipe', 'inherit'] });
    if (!this.#process.stdout) throw new Error('the link emulator has no output');
    this.#lines = createInterface(this.#process.stdout);
  }

  async set(direction: LinkDirection, settings: LinkSettings): Promise<void> {
    const words = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
    await this.#ask([direction, ...words].join(' '));
  }

  /** From now on it is a wire. */
  async reset(): Promise<void> {
    await this.#ask('reset');
  }

  async counters(): Promise<Record<'down' | 'up', LinkCounters>> {
    return JSON.parse(await this.#ask('stats')) as Record<'down' | 'up', LinkCounters>;
  }

  [Symbol.dispose](): void {
    this.#process.kill('SIGKILL');
    this.#lines.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #ask(command: string): Promise<string> {
    this.#process.stdin?.write(`${command}\n`);
    return this.#line();
  }

  async #line(): Promise<string> {
    const [line] = (await once(this.#lines, 'line')) as [string];
    return line;
  }
}

function withoutOffloads(host: Host, interfaceName: string): void {
  const features = ['tx', 'tso', 'gso', 'gro', 'sg'].flatMap((feature) => [feature, 'off']);
  host.run('ethtool', ['-K', interfaceName, ...features]);
}
