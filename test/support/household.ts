/** Sites and edges as processes, with a real nats-server between them and the permissions of each role. */

import { edgePermissions, sitePermissions } from '../../server/core/edges/subjects.ts';
import { NatsServer, type NatsServerOptions } from './nats-server.ts';
import { ServerProcess } from './server-process.ts';
import { until } from './until.ts';

export class Household {
  readonly nats: NatsServer;
  readonly #processes: ServerProcess[] = [];

  /** @param edges the site that each of them shows */
  static async start(
    sites: readonly string[],
    edges: Readonly<Record<string, string>>,
    options: NatsServerOptions = {},
  ): Promise<Household> {
    const users = [
      ...sites.map((name) => ({ name, account: 'household', permissions: sitePermissions(name) })),
      ...Object.entries(edges).map(([name, site]) => ({
        name,
        account: 'household',
        permissions: edgePermissions(name, [site]),
      })),
    ];
    return new Household(await NatsServer.start(users, options));
  }

  private constructor(nats: NatsServer) {
    this.nats = nats;
  }

  site(name: string, env: Record<string, string> = {}): Promise<ServerProcess> {
    return this.#node(name, { VIGIE_SITE: name, ...env });
  }

  edge(name: string, site: string, env: Record<string, string> = {}): Promise<ServerProcess> {
    return this.#node(name, { VIGIE_ROLE: 'edge', VIGIE_EDGE: name, VIGIE_SITE: site, ...env });
  }

  /** Idempotent. */
  async stop(): Promise<void> {
    for (const process of this.#processes.splice(0).toReversed()) await process.stop();
    await this.nats.stop();
  }

  async #node(name: string, env: Record<string, string>): Promise<ServerProcess> {
    const process = await ServerProcess.start({
      files: { 'nats.txt': `${this.nats.credentialsOf(name)}\n` },
      env: { VIGIE_NATS_URL: this.nats.url, VIGIE_NATS_CREDENTIALS: 'nats.txt', ...env },
    });
    this.#processes.push(process);
    return process;
  }
}

/** A request at an edge that has not heard of its site yet is refused. */
export async function untilSiteAnswers(...edges: readonly ServerProcess[]): Promise<void> {
  for (const { url } of edges)
    await until('the site answers', async () => (await fetch(`${url}/api/cameras`)).status === 401);
}
