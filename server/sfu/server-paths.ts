/**
 * The ways to this server: its own addresses, the announced ones, the one that the NAT in front shows, and its relay. It
 * tells each viewer the candidates that suit it, and opens for it what must be opened: the relay, and the NAT.
 */

import { networkInterfaces } from 'node:os';
import type { Clock } from '../core/clock.ts';
import { iceCandidates, relayCandidate } from '../core/reach/ice-candidates.ts';
import { isSame } from '../core/reach/nat-mapping.ts';
import { isOutside, offeredAddresses, type KnownAddresses } from '../core/reach/offered-addresses.ts';
import type { CheckSource, PunchState } from '../core/reach/punch-targets.ts';
import type { TransportAddress } from '../core/stun-turn/stun-address.ts';
import type { RelayOptions } from '../core/stun-turn/turn-credentials.ts';
import type { Log } from '../log.ts';
import { sourceAddresses } from '../net/source-addresses.ts';
import type { MappingView } from '../wire/connection-check.ts';
import type { IceCandidate } from '../wire/signaling.ts';
import type { DirectObstacle, MappingState } from '../wire/reach.ts';
import { AnnouncedAddresses } from './announced-addresses.ts';
import { HolePunching } from './hole-punching.ts';
import type { IceUsers } from './ice-users.ts';
import { MappedAddress } from './mapped-address.ts';
import { RelaySocket } from './relay-socket.ts';
import type { RtcSocket } from './rtc-socket.ts';

export interface ServerPathsOptions {
  /** IP addresses and host names, announced to viewers before those of the machine's interfaces. */
  announcedAddresses: readonly string[];
  /** The server's own relay, for when viewers cannot reach it otherwise. */
  relay?: RelayOptions | undefined;
  /** Viewers are told no address but that of the relay. */
  relayOnly?: boolean;
  /** Servers that show the media socket's mapped address (STUN over UDP). Undefined: no NAT is opened for viewers. */
  punching?: { stunUrls: readonly string[] } | undefined;
  /** Viewers are given a TURN server, which may be in this server's own network. */
  viewersHaveRelay?: boolean;
  socket: RtcSocket;
  /** Undefined when viewers may not connect by TCP. */
  tcpPort: number | undefined;
  users: IceUsers;
  /** Whether a viewer is there. */
  isAttended: () => boolean;
  /** There is another mapped address. */
  onChange: () => void;
  clock: Clock;
  log: Log;
}

/** The ways that are open for one viewer. */
export interface ViewerPaths {
  /** It is neither in the server's network nor behind the same NAT, and was told another mapped address, or none. */
  readonly isOutdated: boolean;
  readonly obstacle: DirectObstacle | null;
  /** It says that its media comes from there. */
  claim(address: TransportAddress): void;
  /** A connectivity check of this viewer was authentic. */
  onCheck(source: CheckSource): void;
  /** Idempotent. */
  close(): void;
}

export interface PathFigures {
  /** Null without a configured relay. */
  relay: (RelaySocket['counters'] & { open: boolean }) | null;
  /** Null when no NAT is opened. */
  punching: (HolePunching['counters'] & { mapping: MappingState; asked: number; answered: number }) | null;
}

const SOURCES_REFRESH_MS = 15_000;
const OBSTACLE_OF = { silent: 'viewerUnknown', symmetric: 'viewerSymmetric', waiting: 'blocked' } as const;

export class ServerPaths {
  readonly #options: ServerPathsOptions;
  readonly #announced: AnnouncedAddresses;
  readonly #relay: RelaySocket | undefined;
  readonly #mapped: MappedAddress | undefined;
  readonly #punching: HolePunching | undefined;
  readonly #refresh: NodeJS.Timeout;
  #source: string[] = [];

  constructor(options: ServerPathsOptions) {
    const { relay, punching, socket, users, clock, log } = options;
    this.#options = options;
    this.#relay = relay && new RelaySocket(relay, users, clock, log);
    this.#announced = new AnnouncedAddresses(options.announcedAddresses, log);
    // Not awaited: without a network a look-up takes long, and viewers in the LAN do not need it.
    void this.#announced.start();
    const mapped = punching && new MappedAddress({ ...options, urls: punching.stunUrls });
    this.#mapped = mapped;
    mapped?.on('change', () => {
      if (mapped.address) options.onChange();
    });
    this.#punching =
      mapped &&
      new HolePunching({ socket, clock, onOutcome: (...outcome) => mapped.viewerTried(...outcome) });
    const refresh = async (): Promise<void> => void (this.#source = await sourceAddresses());
    void refresh();
    this.#refresh = setInterval(() => void refresh(), SOURCES_REFRESH_MS);
  }

  /** The announced addresses, with names resolved. */
  get announced(): string[] {
    return this.#announced.current;
  }

  /** Null when the server does not find it out. */
  get mapping(): MappingView | null {
    if (!this.#mapped) return null;
    const { state, address } = this.#mapped;
    return { state, address: address ? `${address.address}:${address.port}` : null };
  }

  get figures(): PathFigures {
    const mapped = this.#mapped;
    return {
      relay: this.#relay ? { ...this.#relay.counters, open: this.#relay.relayed !== undefined } : null,
      punching:
        mapped && this.#punching
          ? { ...this.#punching.counters, ...mapped.counters, mapping: mapped.state }
          : null,
    };
  }

  /** @param viewerAddress where the viewer signals from */
  candidatesFor(viewerAddress: string): IceCandidate[] {
    const { relayOnly = false, tcpPort } = this.#options;
    const offered = relayOnly ? [] : offeredAddresses(this.#addresses(), viewerAddress);
    const relayed = this.#relay?.relayed;
    return [...iceCandidates(offered, tcpPort), ...(relayed ? [relayCandidate(relayed)] : [])];
  }

  /** @param viewerAddress where the viewer signals from: its media most likely comes from there too */
  openFor(viewerAddress: string): ViewerPaths {
    const forbid = this.#relay?.permit(viewerAddress);
    const fromOutside = isOutside(this.#addresses(), viewerAddress);
    const punched = this.#punching?.open(viewerAddress, fromOutside);
    const obstacle = (): DirectObstacle | null => (fromOutside ? this.#obstacle(punched?.state) : null);
    const told = this.#mapped?.address;
    const isOutdated = (): boolean => fromOutside && !isSame(told, this.#mapped?.address);
    return {
      get isOutdated() {
        return isOutdated();
      },
      get obstacle() {
        return obstacle();
      },
      claim: (address) => punched?.claim(address),
      onCheck: (source) => punched?.onCheck(source),
      close: () => {
        forbid?.();
        punched?.close();
      },
    };
  }

  /** Idempotent. */
  close(): void {
    clearInterval(this.#refresh);
    this.#announced.close();
    this.#punching?.close();
    this.#mapped?.close();
    this.#relay?.close();
  }

  #obstacle(viewer: PunchState | undefined): DirectObstacle | null {
    if (this.#options.relayOnly) return 'relayOnly';
    if (!viewer || !this.#mapped) return 'turnedOff';
    if (viewer === 'open') return null;
    if (this.#mapped.state === 'symmetric') return 'serverSymmetric';
    if (!this.#mapped.address && this.announced.length === 0) return 'serverUnknown';
    return OBSTACLE_OF[viewer];
  }

  #addresses(): KnownAddresses {
    return {
      port: this.#options.socket.port,
      announced: this.announced,
      interfaces: networkInterfaces(),
      source: this.#source,
      mapped: this.#mapped?.address,
      // The relay of both is the same one; what is allocated there, it reaches.
      relayMayBeInside: this.#options.viewersHaveRelay === true && this.#relay?.relayed === undefined,
    };
  }
}
