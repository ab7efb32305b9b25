/** The program that listens on a port, as far as Linux shows it to this user (proc(5)); unknown on other systems. */

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** States of net/tcp_states.h: TCP_LISTEN, and TCP_CLOSE for UDP sockets that are not connected. */
const LISTENING = { TCP: '0A', UDP: '07' };

/** @returns like `node (process 4711)`, or undefined when unknown */
export function portOwner(protocol: 'TCP' | 'UDP', port: number): string | undefined {
  const sockets = listeningSockets(protocol, port);
  if (sockets.size === 0) return undefined;
  for (const pid of entriesOf('/proc').filter((name) => /^\d+$/.test(name))) {
    const holdsIt = entriesOf(`/proc/${pid}/fd`).some((fd) =>
      sockets.has(linkTarget(`/proc/${pid}/fd/${fd}`)),
    );
    if (holdsIt) return `${read(`/proc/${pid}/comm`).trim()} (process ${pid})`;
  }
  return undefined;
}

/** As the links under /proc/PID/fd name them: `socket:[inode]`. */
function listeningSockets(protocol: 'TCP' | 'UDP', port: number): Set<string> {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  const table = `/proc/net/${protocol.toLowerCase()}`;
  const lines = [table, `${table}6`].flatMap((path) => read(path).split('\n').slice(1));
  // sl local_address rem_address st tx:rx tr:tm retrnsmt uid timeout inode …
  const rows = lines.map((line) => line.trim().split(/\s+/));
  const listening = rows.filter(
    ([, local, , state]) => state === LISTENING[protocol] && local?.endsWith(`:${hexPort}`),
  );
  return new Set(listening.map((row) => `socket:[${row[9]}]`));
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function linkTarget(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
