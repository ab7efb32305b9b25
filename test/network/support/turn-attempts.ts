/**
 * Requests of a client on a host to a TURN server over UDP, and the code of each refusal; 0: granted. A separate
 * process, because it sends from within the host:
 *
 *     node turn-attempts.ts ADDRESS '[{"username": …, "credential": …, "peer": …}, …]'    prints [0, 401, …]
 */

import type { TurnCredentials } from '../../../server/core/stun-turn/turn-credentials.ts';
import { TurnClient, TurnRefused } from '../../deploy/support/turn-client.ts';
import type { Host } from './host.ts';

export interface TurnAttempt extends TurnCredentials {
  /** Peer of a permission, requested after the allocation. */
  peer?: string;
}

const PORT = 3478;

/** @returns for each attempt the code of its refusal */
export function turnAttempts(host: Host, address: string, attempts: readonly TurnAttempt[]): number[] {
  return JSON.parse(
    host.run(process.execPath, [import.meta.filename, address, JSON.stringify(attempts)]),
  ) as number[];
}

async function outcome(address: string, { peer, ...credentials }: TurnAttempt): Promise<number> {
  using client = await TurnClient.connect({ host: address, port: PORT, transport: 'udp' }, credentials);
  try {
    await client.allocate();
    if (peer !== undefined) await client.permit(peer);
    return 0;
  } catch (error) {
    if (error instanceof TurnRefused) return error.code;
    throw error;
  }
}

if (process.argv[1] === import.meta.filename) {
  const [address = '', attempts = ''] = process.argv.slice(2);
  const outcomes: number[] = [];
  for (const attempt of JSON.parse(attempts) as TurnAttempt[]) outcomes.push(await outcome(address, attempt));
  process.stdout.write(JSON.stringify(outcomes));
}
