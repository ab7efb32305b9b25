/** Listens on a port, or reports in one line why it cannot and what to do: the same wording for every listener. */

import type { AddressInfo, Server } from 'node:net';
import { VigieError } from '../errors.ts';
import { portOwner } from './port-owner.ts';

export interface ListenAttempt {
  protocol: 'TCP' | 'UDP';
  port: number;
  /** Undefined: all addresses. */
  host?: string | undefined;
  /** Completes "port 8080 for …". */
  purpose: string;
  /** Names the setting to change. */
  setting: string;
  hostSetting?: string;
}

/**
 * @returns the port; the system chooses it when `port` is 0
 * @throws VigieError `configuration`
 */
export async function listen(server: Server, attempt: ListenAttempt): Promise<number> {
  const { port, host } = attempt;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  try {
    server.listen({ port, host }, resolve);
    await promise;
  } catch (error) {
    throw listenError(error, attempt);
  } finally {
    server.off('error', reject);
  }
  return (server.address() as AddressInfo).port;
}

/** @returns a one-line VigieError `configuration` */
export function listenError(error: unknown, attempt: ListenAttempt): VigieError {
  const { protocol, port, host, purpose, setting, hostSetting } = attempt;
  const where = `${protocol} port ${port}${host === undefined ? '' : ` of ${host}`} for ${purpose}`;
  const { code, message } = error as NodeJS.ErrnoException;
  return new VigieError('configuration', detail(), { cause: error });

  function detail(): string {
    if (code === 'EADDRINUSE') {
      const owner = portOwner(protocol, port) ?? 'another program';
      return `${where} is taken by ${owner}: stop it, or set ${setting} to another port`;
    }
    if (code === 'EACCES') return `this user may not open ${where}: set ${setting} to a port above 1023`;
    const settings = hostSetting === undefined ? setting : `${hostSetting} and ${setting}`;
    return `cannot listen on ${where} (${code ?? message}): check ${settings}`;
  }
}
