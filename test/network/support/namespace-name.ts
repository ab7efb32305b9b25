/** Names of the tests' namespaces: `vigie-PID-N-HOST`, so that their owner is visible. */

export const NAMESPACE_PREFIX = 'vigie-';
/** For `ip netns exec`: files here, in a folder named after the namespace, replace those in /etc. */
export const NAMESPACE_FOLDER = '/etc/netns';

/** @returns the process that made it; undefined for other namespaces */
export function ownerOf(namespace: string): number | undefined {
  const [, pid] = /^vigie-(\d+)-\d+-/.exec(namespace) ?? [];
  return pid === undefined ? undefined : Number(pid);
}
