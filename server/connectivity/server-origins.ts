/**
 * The origins (`https://192.168.1.10:8080`) at which boards, sensors and programs reach this server without a proxy,
 * the likeliest first. Pages add the origin they were loaded from, which includes a proxy.
 *
 * Invariants: no loopback origin; none that the server's certificate does not cover.
 */

import { X509Certificate } from 'node:crypto';
import { isIP, isIPv6 } from 'node:net';
import { lanAddresses, type NetworkInterfaces } from '../core/address/lan-addresses.ts';
import { isPrivateAddress } from '../core/address/special-addresses.ts';

export interface ServerOriginsOf {
  /** VIGIE_HTTP_HOST; undefined: every address. */
  httpHost: string | undefined;
  httpPort: number;
  /** VIGIE_ANNOUNCED_ADDRESS: host names and IP addresses. */
  announced: readonly string[];
  interfaces: NetworkInterfaces;
  /** PEM of the https certificate; undefined: plain http. */
  certificate: string | undefined;
}

const EVERY_ADDRESS = new Set([undefined, '0.0.0.0', '::']);
const LOOPBACK = /^(?:127\.|::1$|localhost$)/i;
/** Boards do not resolve multicast DNS names (RFC 6762), and not every router resolves plain host names. */
const BOARDS_RESOLVE = /^(?!\*).*\.(?!local$)[^.]+$/i;

export function serverOrigins(options: ServerOriginsOf): string[] {
  const { certificate: pem, httpPort } = options;
  const certificate = pem === undefined ? undefined : new X509Certificate(pem);
  const hosts = [...hostsOf(options), ...namesOf(certificate)].filter(
    (host) => !LOOPBACK.test(host) && (!certificate || isCovered(host, certificate)),
  );
  const scheme = certificate ? 'https' : 'http';
  const origins = hosts.map(
    (host) => URL.parse(`${scheme}://${isIPv6(host) ? `[${host}]` : host}:${httpPort}`)?.origin ?? [],
  );
  return [...new Set(origins.flat())];
}

function hostsOf({ httpHost, announced, interfaces }: ServerOriginsOf): string[] {
  if (httpHost !== undefined && !EVERY_ADDRESS.has(httpHost)) return [httpHost];
  // In a container the interfaces are the container's; the announced addresses are the host's.
  return [
    ...announced.filter(isInLan),
    ...lanAddresses(interfaces),
    ...announced.filter((host) => !isInLan(host)),
  ];
}

function isInLan(host: string): boolean {
  return isIP(host) !== 0 && isPrivateAddress(host);
}

function namesOf(certificate: X509Certificate | undefined): string[] {
  const names = certificate?.subjectAltName?.matchAll(/DNS:([^,\s"]+)/g) ?? [];
  return [...names].map(([, name = '']) => name).filter((name) => BOARDS_RESOLVE.test(name));
}

function isCovered(host: string, certificate: X509Certificate): boolean {
  return (isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)) !== undefined;
}
