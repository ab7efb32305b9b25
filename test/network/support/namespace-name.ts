/** How the tests' namespaces are called: `vigie-PID-N-HOST`, so that anyone sees whose they are. */

export const NAMESPACE_PREFIX = 'vigie-';
/** Of `ip netns exec`: what lies here in a folder named after the namespace stands in for the same in /etc. */
export const NAMESPACE_FOLDER = '/etc/netns';

/** @returns the process that made it, or undefined when the namespace is none of ours */
export function ownerOf(namespace: string): number | undefined {
  const [, pid] = /^vigie-(\d+)-\d+-/.exec(namespace) ?? [];
  return pid === undefined ? undefined : Number(pid);
}
