/**
 * Reads this machine's interfaces and routes, so that core/address/gateways.ts can tell which addresses are shared by
 * others.
 */

import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { monotonicMs } from '../core/clock.ts';
import { gatewaysOf, type MachineNetworks } from '../core/address/gateways.ts';

/** Containers join networks at run time, and Wi-Fi changes. */
const MAX_AGE_MS = 30_000;

/**
 * @returns whether an address in canonical form is a gateway or this machine's own; reads the tables again after 30 s
 */
export function machineGateways(
  read: () => MachineNetworks = readMachineNetworks,
  nowMs: () => number = monotonicMs,
): (address: string) => boolean {
  let gateways = new Set<string>();
  let readAtMs = -Infinity;
  return (address) => {
    if (nowMs() - readAtMs >= MAX_AGE_MS) {
      gateways = gatewaysOf(read());
      readAtMs = nowMs();
    }
    return gateways.has(address);
  };
}

function readMachineNetworks(): MachineNetworks {
  const interfaces = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  return {
    interfaces: interfaces.flatMap(({ cidr }) => cidr ?? []),
    ipv4Routes: readTable('/proc/net/route'),
    ipv6Routes: readTable('/proc/net/ipv6_route'),
  };
}

/** Exists only on Linux. */
function readTable(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
