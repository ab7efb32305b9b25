/**
 * A network of hosts on one machine: every host a network namespace, every wire between them a bridge.
 *
 * Invariant: it cannot be reached from outside, reaches nothing outside, and ends with the process that made it; the
 * next process removes the leftovers of a killed one. Needs root, iproute2 and a kernel with namespaces, veth and
 * bridges.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Host } from './host.ts';
import { removeLeftovers, removeNamespace } from './leftovers.ts';
import { NAMESPACE_FOLDER, NAMESPACE_PREFIX } from './namespace-name.ts';
import { runCommand } from './run-command.ts';

let networks = 0;

export class Network implements Disposable {
  readonly #prefix = `${NAMESPACE_PREFIX}${process.pid}-${networks++}-`;
  /** Contains all the bridges, and takes no part in their traffic. */
  readonly #switch: Host;
  readonly #names: Readonly<Record<string, string>>;
  readonly #namespaces: string[] = [];
  readonly #wires = new Set<string>();
  readonly #onExit = (): void => this[Symbol.dispose]();
  #ports = 0;

  /** @param names the host names in it, like a `hosts` file: address by name */
  constructor(names: Readonly<Record<string, string>> = {}) {
    this.#names = names;
    removeLeftovers();
    process.once('exit', this.#onExit);
    this.#switch = this.addHost('switch');
  }

  addHost(name: string): Host {
    const namespace = this.#prefix + name;
    this.#namespaces.push(namespace);
    this.#writeFiles(namespace);
    runCommand('ip', ['netns', 'add', namespace]);
    const host = new Host(namespace);
    host.ip('link set lo up');
    return host;
  }

  /**
   * Connects a host to a wire, which the first host on it creates.
   *
   * @param interfaceName on the host, like `eth0`
   * @param cidr the host's address on it, like `192.168.1.10/24`
   */
  plug(host: Host, interfaceName: string, wire: string, cidr: string): void {
    if (!this.#wires.has(wire)) {
      this.#wires.add(wire);
      this.#switch.ip(`link add ${wire} type bridge`, `link set ${wire} up`);
    }
    const port = `port${this.#ports++}`;
    this.#switch.ip(
      `link add name ${port} type veth peer name ${interfaceName} netns ${host.namespace}`,
      `link set ${port} master ${wire}`,
      `link set ${port} up`,
    );
    host.ip(
      // An IPv6 address would come a second later, and a browser takes a new address for another network: it cancels
      // the requests in progress.
      `link set ${interfaceName} addrgenmode none`,
      `addr add ${cidr} dev ${interfaceName}`,
      `link set ${interfaceName} up`,
    );
  }

  /** Kills everything running in it. Idempotent. */
  [Symbol.dispose](): void {
    process.off('exit', this.#onExit);
    for (const namespace of this.#namespaces.splice(0)) removeNamespace(namespace);
  }

  /** Files that `ip netns exec` shows a program instead of the machine's own. */
  #writeFiles(namespace: string): void {
    const folder = join(NAMESPACE_FOLDER, namespace);
    mkdirSync(folder, { recursive: true });
    const lines = Object.entries({ localhost: '127.0.0.1', ...this.#names }).map(
      // Chromium looks TURN servers up with a dot at the end.
      ([name, address]) => `${address} ${name} ${name}.\n`,
    );
    writeFileSync(join(folder, 'hosts'), lines.join(''));
    // No DNS server is there, which is reported at once: a name that is not in `hosts` does not exist.
    writeFileSync(join(folder, 'resolv.conf'), 'nameserver 127.0.0.1\n');
  }
}
