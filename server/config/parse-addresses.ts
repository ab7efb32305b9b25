/**
 * Settings that name machines and pages: hosts, origins, ICE servers, proxies. Each parser throws a RangeError as config-table.ts
 * expects it.
 */

import { parseIp, parseIpRange } from '../core/address/ip-address.ts';
import { parseIceServerUrl } from '../core/stun-turn/ice-server-url.ts';

/** Express uses the same names: ranges where a trusted proxy usually is. */
export const PROXY_RANGES = ['loopback', 'linklocal', 'uniquelocal'];
const HOST_NAME = /^(?=.{1,253}$)[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?(?:\.[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?)*$/i;

export function parseOrigin(text: string): string {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol) || url.origin !== text.replace(/\/$/, '').toLowerCase())
    throw new RangeError('origins like https://example.org or http://localhost:3000, without a path');
  return url.origin;
}

export function parseHost(text: string): string {
  // Four numbers that are not a valid address are a typing error, not a host name.
  const isHostName = HOST_NAME.test(text) && !/^[\d.]+$/.test(text);
  if (!parseIp(text) && !isHostName)
    throw new RangeError('IP addresses or host names, without scheme or port');
  return text;
}

export function checkIceServerUrl(text: string): string {
  const host = parseIceServerUrl(text)?.host;
  // Digits or colons that are not a valid address are a typing error, not a host name.
  if (host === undefined || (/^[\d.]+$|:/.test(host) && !parseIp(host)))
    throw new RangeError(
      'URLs like turn:host:3478?transport=udp or stun:host:3478, with a port from 1 to 65535',
    );
  return text;
}

export function parseProxyRange(text: string): string {
  if (PROXY_RANGES.includes(text)) return text;
  if (!parseIpRange(text))
    throw new RangeError(`IP addresses, ranges like 10.0.0.0/8, or ${PROXY_RANGES.join(', ')}`);
  return text;
}
