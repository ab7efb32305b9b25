/** The path of a page's video, in the words of the statistics panel: direct or relayed, and why relayed. Pure. */

import type { DirectObstacle } from '../../server/wire/reach.ts';
import type { IceCandidate } from '../../server/wire/signaling.ts';
import type { SelectedPath } from './selected-path.ts';

/**
 * - `direct`: to the server's own or forwarded port
 * - `mapped`: through the server's NAT, which the server has opened
 * - `tcp`: direct, over TCP
 * - `relay`: through a TURN server, this page's or the server's
 */
export type MediaPath = 'direct' | 'mapped' | 'tcp' | 'relay';

export const PATH_NAMES: Readonly<Record<MediaPath, string>> = {
  direct: 'direct',
  mapped: 'direct, through the server’s router',
  tcp: 'direct, over TCP',
  relay: 'relayed',
};

export const OBSTACLE_NAMES: Readonly<Record<DirectObstacle, string>> = {
  turnedOff: 'direct paths are turned off',
  relayOnly: 'the server hides its address',
  serverUnknown: 'the server’s public address is unknown',
  serverSymmetric: 'the server’s router allows no direct path',
  viewerUnknown: 'your public address is unknown',
  viewerSymmetric: 'your network allows no direct path',
  blocked: 'the direct path is blocked',
};

/** @param offered the server's candidates, as this transport was told them */
export function mediaPath(
  { protocol, isRelayedHere, address, port }: SelectedPath,
  offered: readonly IceCandidate[],
): MediaPath {
  const remote = offered.find((candidate) => candidate.address === address && candidate.port === port);
  if (isRelayedHere || remote?.relayed) return 'relay';
  if (protocol === 'tcp') return 'tcp';
  return remote?.mapped ? 'mapped' : 'direct';
}
