/**
 * The addresses of this machine for others in the local network, for printing, showing and copying into devices. The
 * likeliest comes first.
 *
 * Invariants: no loopback and no link-local address (RFC 3927, RFC 4291 section 2.5.6); no address of a bridge to
 * containers or virtual machines, which only those can reach; addresses of tunnels come last. IPv6 is used only without
 * IPv4: few boards support it.
 */

import { isLinkLocal } from './special-addresses.ts';

/** The return type of `os.networkInterfaces()`. */
export type NetworkInterfaces = Readonly<
  Record<string, readonly { address: string; family: string; internal: boolean }[] | undefined>
>;

/** Names of bridges made by Docker, Podman, LXC, Kubernetes, libvirt, VMware, VirtualBox and macOS. */
const INNER_BRIDGE =
  /^(?:docker|br-[\da-f]{12}$|veth|podman|cni|flannel|cali|lxc|lxdbr|virbr|vmnet|vboxnet|bridge\d{3})/;
const TUNNEL = /^(?:tun|tap|utun|ppp|ipsec|wg|tailscale|zt)/;

export function lanAddresses(interfaces: NetworkInterfaces): string[] {
  const outward = Object.entries(interfaces)
    .filter(([name]) => !INNER_BRIDGE.test(name))
    .flatMap(([name, entries]) => (entries ?? []).map((entry) => ({ ...entry, isTunnel: TUNNEL.test(name) })))
    .filter(({ internal, address }) => !internal && !isLinkLocal(address));
  const ipv4 = outward.filter(({ family }) => family === 'IPv4');
  const usable = ipv4.length > 0 ? ipv4 : outward;
  const inOrder = usable.toSorted((one, other) => Number(one.isTunnel) - Number(other.isTunnel));
  return [...new Set(inOrder.map(({ address }) => address))];
}
