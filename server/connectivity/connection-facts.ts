/**
 * The server's facts for the connection check: ports, announced addresses, and whether it reaches the STUN and TURN
 * servers it gives to viewers. Requests during a probe share its answer. It also lists the origins that devices can
 * connect to.
 */

import { networkInterfaces } from 'node:os';
import { serverOrigins } from './server-origins.ts';
import { isPrivateAddress } from '../core/address/special-addresses.ts';
import { probeTurn } from './turn-probe.ts';
import type {
  MappingView,
  ServerAddresses,
  ServerConnectionFacts,
  TurnFacts,
} from '../wire/connection-check.ts';

export interface ConnectionFactsOptions {
  /** Undefined: the server listens to every address. */
  httpHost: string | undefined;
  httpPort: () => number;
  /** PEM of the current https certificate; undefined: plain http. */
  certificate: () => string | undefined;
  /** As in ServerAddresses. */
  authorityFile: string | undefined;
  rtcPort: number;
  announced: readonly string[];
  announcedNow: () => string[];
  turnUrls: readonly string[];
  mapping: () => MappingView | null;
}

export class ConnectionFactsSource {
  readonly #options: ConnectionFactsOptions;
  #asking: Promise<TurnFacts[]> | undefined;

  constructor(options: ConnectionFactsOptions) {
    this.#options = options;
  }

  async get(): Promise<ServerConnectionFacts> {
    const { httpPort, rtcPort, announced, announcedNow, mapping } = this.#options;
    return {
      httpPort: httpPort(),
      rtcPort,
      announced: [...announced],
      announcedNow: announcedNow(),
      turn: await this.#turnFacts(),
      mapping: mapping(),
    };
  }

  addresses(): ServerAddresses {
    const { httpHost, httpPort, certificate, announced, authorityFile } = this.#options;
    const origins = serverOrigins({
      httpHost,
      httpPort: httpPort(),
      announced,
      interfaces: networkInterfaces(),
      certificate: certificate(),
    });
    return { origins, authorityFile: authorityFile ?? null };
  }

  #turnFacts(): Promise<TurnFacts[]> {
    this.#asking ??= Promise.all(this.#options.turnUrls.map(factsOf)).finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }
}

async function factsOf(url: string): Promise<TurnFacts> {
  const { problem, seenAs } = await probeTurn(url);
  const seenAsIsPrivate = seenAs !== null && isPrivateAddress(seenAs);
  return { url, reachable: problem === null, problem, seenAs, seenAsIsPrivate };
}
