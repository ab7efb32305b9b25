/**
 * A tunnel for web traffic that is dialled from the inside, like `ssh -R`, for users whose provider blocks incoming
 * connections. It carries TCP only, so no video by UDP.
 *
 *     node reverse-tunnel.ts outside PUBLIC_PORT TUNNEL_PORT
 *     node reverse-tunnel.ts inside TUNNEL_HOST TUNNEL_PORT LOCAL_PORT
 */

import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

const IDLE_CONNECTIONS = 8;

function join(one: Socket, other: Socket): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.pipe(to);
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroy());
  }
}

/** A client at the public port gets the next connection that was dialled from the inside. */
function outside(publicPort: number, tunnelPort: number): void {
  const idle: Socket[] = [];
  const waiting: Socket[] = [];
  createServer((dialled) => {
    dialled.on('error', () => dialled.destroy());
    const caller = waiting.shift();
    if (caller) join(caller, dialled);
    else idle.push(dialled);
  }).listen(tunnelPort);
  createServer((caller) => {
    const dialled = idle.shift();
    if (dialled) join(caller, dialled);
    else waiting.push(caller);
  }).listen(publicPort, () => process.stdout.write('listening\n'));
}

/** Keeps some connections dialled; one that receives data is connected to the local port, and the next is dialled. */
async function dial(host: string, tunnelPort: number, localPort: number): Promise<void> {
  const dialled = connect(tunnelPort, host);
  dialled.on('error', () => dialled.destroy());
  const [first] = (await once(dialled, 'data')) as [Buffer];
  dialled.pause();
  void dial(host, tunnelPort, localPort);
  const local = connect(localPort, '127.0.0.1');
  local.write(first);
  join(dialled, local);
}

const [side, ...words] = process.argv.slice(2);
if (side === 'outside') {
  const [publicPort, tunnelPort] = words.map(Number);
  outside(publicPort ?? 0, tunnelPort ?? 0);
} else {
  const [host = '', tunnelPort, localPort] = words;
  for (let i = 0; i < IDLE_CONNECTIONS; i++) void dial(host, Number(tunnelPort), Number(localPort));
}
