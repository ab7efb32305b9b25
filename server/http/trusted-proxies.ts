/** Proxies whose X-Forwarded-… headers are trusted: VIGIE_TRUSTED_PROXIES, as validated by the configuration. */

import { ipRanges } from '../core/address/ip-address.ts';
import { rangesOf } from '../core/address/special-addresses.ts';

export type IsTrustedProxy = (address: string | undefined) => boolean;

/** Express uses the same names. */
const NAMED_RANGES: Readonly<Record<string, readonly string[]>> = {
  loopback: rangesOf('loopback'),
  linklocal: rangesOf('linkLocal'),
  uniquelocal: rangesOf('private'),
};

/** @param ranges addresses, CIDR ranges and names of ranges */
export function trustedProxies(ranges: readonly string[]): IsTrustedProxy {
  const isTrusted = ipRanges(ranges.flatMap((name) => NAMED_RANGES[name] ?? [name]));
  return (address) => address !== undefined && isTrusted(address);
}
