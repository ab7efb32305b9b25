/**
 * The origins of this server that may be copied into a device, the likeliest first: the page's own, which is also right behind a
 * proxy, and those at which the server listens. Pure.
 *
 * Invariants: never localhost while there is another; never http if the page was loaded over https and the server has an https
 * origin.
 */

const LOOPBACK = /^(?:localhost|.*\.localhost|127(?:\.\d+){3}|\[::1\])$/i;
/** Multicast DNS (RFC 6762), which boards do not resolve. */
const LINK_NAME = /\.local$/i;

/**
 * @param page `location.origin` and the base path, which only a proxy needs
 * @param served of ServerAddresses
 */
export function originsForDevices(page: string, served: readonly string[]): string[] {
  const { hostname, protocol } = new URL(page);
  const secure = served.filter((origin) => origin.startsWith('https:'));
  const others = protocol === 'https:' && secure.length > 0 ? secure : served;
  if (LOOPBACK.test(hostname)) return others.length > 0 ? [...others] : [page];
  if (protocol === 'https:' && secure.length === 0) return [page];
  return [...new Set(LINK_NAME.test(hostname) ? [...others, page] : [page, ...others])];
}

/** Whether only programs on the server's machine reach it there. */
export function isLoopbackOrigin(origin: string): boolean {
  return LOOPBACK.test(new URL(origin).hostname);
}
