/**
 * Who is at the other end of a request, and how it came: told for a proxy's requests by what a trusted proxy says, and for
 * all others by the socket. Every limit per address, every decision that needs TLS or a private network and every look at
 * the host asks here, so that they cannot disagree.
 *
 * Invariant: nothing a client itself writes into a header changes the answer, unless it is a trusted proxy.
 */

import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { canonicalIp } from '../core/address/ip-address.ts';
import { isPrivateAddress } from '../core/address/special-addresses.ts';
import type { IsTrustedProxy } from './trusted-proxies.ts';

export interface ClientConnection {
  /** IP address in its one spelling (see core/address); '' when the socket has already gone. */
  address: string;
  /**
   * It comes from a device in a private network (or this machine) itself. Never true of an address that stands for others:
   * a trusted proxy's, a gateway's, or that of a proxy nobody told this server about.
   */
  isPrivate: boolean;
  /** It came over TLS all the way to the first trusted proxy, or to this server. */
  secure: boolean;
  /** As the client named it, with the port if it named one; '' when it named none. */
  host: string;
  /** A trusted proxy asks for the client, and may have left the port out of the host. */
  isProxied: boolean;
  /** Under which the client sees this server, without a slash at the end (VIGIE_BASE_PATH). */
  basePath: string;
}

export type ConnectionOf = (request: IncomingMessage) => ClientConnection;

/** What proxies add on the way. A client that sends one itself gives up being in the private network, and nothing else. */
const FORWARDING_HEADERS = ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via'];

/** @param isGateway whether an address stands for others in this machine's networks (see core/address/gateways.ts) */
export function clientConnections(
  isTrustedProxy: IsTrustedProxy,
  isGateway: (address: string) => boolean,
  basePath = '',
): ConnectionOf {
  const isDevice = (address: string): boolean =>
    isPrivateAddress(address) && !isTrustedProxy(address) && !isGateway(address);
  return (request) => {
    const { headers, socket } = request;
    const peer = canonicalIp(socket.remoteAddress ?? '') ?? '';
    const encrypted = (socket as Partial<TLSSocket>).encrypted ?? false;
    if (!isTrustedProxy(peer)) {
      const isForwarded = FORWARDING_HEADERS.some((name) => headers[name] !== undefined);
      const isPrivate = !isForwarded && isDevice(peer);
      const host = headers.host ?? '';
      return { address: peer, isPrivate, secure: encrypted, host, isProxied: false, basePath };
    }
    const { address, isFirst } = rightmostStranger(peer, listOf(headers['x-forwarded-for']), isTrustedProxy);
    const protocols = listOf(headers['x-forwarded-proto']);
    return {
      address,
      isPrivate: isFirst && isDevice(address),
      // Where one of several proxies was reached in the clear, the request was readable there.
      secure:
        protocols.length === 0 ? encrypted : protocols.every((protocol) => /^(?:https|wss)$/i.test(protocol)),
      host: listOf(headers['x-forwarded-host'])[0] ?? headers.host ?? '',
      isProxied: true,
      basePath,
    };
  };
}

/** Each proxy adds its own peer at the right; what stands left of the first stranger is that stranger's invention. */
function rightmostStranger(
  peer: string,
  hops: readonly string[],
  isTrustedProxy: IsTrustedProxy,
): { address: string; isFirst: boolean } {
  let address = peer;
  for (const [index, hop] of [...hops.entries()].toReversed()) {
    const next = canonicalIp(withoutPort(hop));
    // "unknown" and the like (RFC 7239 section 6): then the proxy that says so is all there is to count by.
    if (next === undefined) return { address, isFirst: false };
    address = next;
    if (!isTrustedProxy(address)) return { address, isFirst: index === 0 };
  }
  return { address, isFirst: true };
}

function listOf(header: string | string[] | undefined): string[] {
  const text = Array.isArray(header) ? header.join(',') : (header ?? '');
  const items = text.split(',').map((item) => item.trim());
  return items.filter((item) => item !== '');
}

/** Some proxies write the port along: 192.0.2.1:4711, [2001:db8::1]:4711. */
function withoutPort(text: string): string {
  const [, bracketed, ipv4] = /^\[([\da-f:.]+)\](?::\d+)?$|^([\d.]+):\d+$/i.exec(text) ?? [];
  return bracketed ?? ipv4 ?? text;
}
