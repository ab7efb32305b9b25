/**
 * The client of a request and its connection: from a trusted proxy's headers for requests through that proxy, from the
 * socket for all others. Every limit per address and every decision about TLS, private networks or the host uses this,
 * so they cannot disagree.
 *
 * Invariant: a header written by the client never changes the answer, unless the client is a trusted proxy.
 */

import type { IncomingMessage } from 'node:http';
import { canonicalIp } from '../core/address/ip-address.ts';
import { isPrivateAddress } from '../core/address/special-addresses.ts';
import type { IsTrustedProxy } from './trusted-proxies.ts';

export interface ClientConnection {
  /** IP address in canonical form (see core/address); '' when the socket has already closed. */
  address: string;
  /**
   * The device itself is in a private network (or is this machine). Never true for an address shared by others: that of
   * a trusted proxy, a gateway, or a proxy that is not configured as trusted.
   */
  isPrivate: boolean;
  /** TLS was used all the way to the first trusted proxy, or to this server. */
  secure: boolean;
  /** The client's Host header, with the port if present; '' without one. */
  host: string;
  /** The request comes from a trusted proxy, which may have left the port out of the host. */
  isProxied: boolean;
  /** The path under which the client sees this server, without a slash at the end (VIGIE_BASE_PATH). */
  basePath: string;
}

/** The parts of a request, of any protocol, that identify its origin. */
export interface ReceivedRequest {
  headers: IncomingMessage['headers'];
  /** `encrypted` with TLS; `viaEdge`: that edge says so, which this server does not know to be in its own network. */
  socket: { remoteAddress?: string | undefined; encrypted?: boolean; viaEdge?: string };
}

/** The edge through which the request came, whose owner could see and change it; undefined: it came by itself. */
export function edgeOf({ socket }: { socket: object }): string | undefined {
  return (socket as ReceivedRequest['socket']).viaEdge;
}

export function isTunnelled(request: { socket: object }): boolean {
  return edgeOf(request) !== undefined;
}

export type ConnectionOf = (request: ReceivedRequest) => ClientConnection;

/** Headers that proxies add. A client that sends one itself only loses its private-network status. */
const FORWARDING_HEADERS = ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via'];

/** @param isGateway whether an address is shared by others in this machine's networks (see core/address/gateways.ts) */
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
    const encrypted = socket.encrypted ?? false;
    // An edge may name any address, even a proxy's; it passes on no header of a proxy.
    const isRelayed = socket.viaEdge !== undefined;
    if (isRelayed || !isTrustedProxy(peer)) {
      const isForwarded = FORWARDING_HEADERS.some((name) => headers[name] !== undefined);
      const isPrivate = !isForwarded && !isRelayed && isDevice(peer);
      const host = headers.host ?? '';
      return { address: peer, isPrivate, secure: encrypted, host, isProxied: false, basePath };
    }
    const { address, isFirst } = rightmostUntrusted(peer, listOf(headers['x-forwarded-for']), isTrustedProxy);
    const protocols = listOf(headers['x-forwarded-proto']);
    return {
      address,
      isPrivate: isFirst && isDevice(address),
      // If any of several proxies was reached without TLS, the request was readable there.
      secure:
        protocols.length === 0 ? encrypted : protocols.every((protocol) => /^(?:https|wss)$/i.test(protocol)),
      host: listOf(headers['x-forwarded-host'])[0] ?? headers.host ?? '',
      isProxied: true,
      basePath,
    };
  };
}

/** Each proxy appends its own peer; entries left of the first untrusted address may be forged by it. */
function rightmostUntrusted(
  peer: string,
  hops: readonly string[],
  isTrustedProxy: IsTrustedProxy,
): { address: string; isFirst: boolean } {
  let address = peer;
  for (const [index, hop] of [...hops.entries()].toReversed()) {
    const next = canonicalIp(withoutPort(hop));
    // "unknown" and similar (RFC 7239 section 6): only the proxy's own address can be counted.
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

/** Some proxies append the port: 192.0.2.1:4711, [2001:db8::1]:4711. */
function withoutPort(text: string): string {
  const [, bracketed, ipv4] = /^\[([\da-f:.]+)\](?::\d+)?$|^([\d.]+):\d+$/i.exec(text) ?? [];
  return bracketed ?? ipv4 ?? text;
}
