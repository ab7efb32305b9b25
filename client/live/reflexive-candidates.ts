/**
 * The addresses by which a server could see this browser's media: its candidates over UDP, as far as the browser says their
 * address. The server opens its NAT towards them.
 *
 * Invariants: each address is told once, MAX_TOLD of one transport at most; a name that hides an address (`….local`) is none.
 */

/** The server takes no more. */
const MAX_TOLD = 4;

export interface ReflexiveCandidate {
  address: string;
  port: number;
}

type BrowserCandidate = Pick<RTCIceCandidate, 'address' | 'port' | 'protocol' | 'type'>;

export class ReflexiveCandidates {
  readonly #tell: (candidate: ReflexiveCandidate) => void;
  readonly #told = new Set<string>();

  /** @param tell called with each address of use */
  constructor(tell: (candidate: ReflexiveCandidate) => void) {
    this.#tell = tell;
  }

  add({ address: text, port, protocol, type }: BrowserCandidate): void {
    // Chromium writes IPv6 addresses in brackets.
    const address = text?.replace(/^\[(.*)\]$/, '$1') ?? '';
    if (protocol !== 'udp' || (type !== 'srflx' && type !== 'host')) return;
    if (port === null || port === 0 || !/^[\d.]+$|:/.test(address)) return;
    const key = `${address} ${port}`;
    if (this.#told.has(key) || this.#told.size >= MAX_TOLD) return;
    this.#told.add(key);
    this.#tell({ address, port });
  }
}
