/** How viewers reach the server: the NAT in front of it, and why a path is not direct. */

import { z } from 'zod';

/**
 * How the NAT in front of the server shows the server's UDP port.
 *
 * - `unknown`: no STUN server has answered, or none from outside
 * - `verified`: two servers saw the same address
 * - `unverified`: only one server answered
 * - `withdrawn`: only one server answered, and viewers of several networks did not get through there
 * - `symmetric`: servers saw different addresses, so viewers would see yet another one
 */
export const MAPPING_STATE = z.enum(['unknown', 'verified', 'unverified', 'withdrawn', 'symmetric']);
export type MappingState = z.infer<typeof MAPPING_STATE>;

/**
 * Why the server expects no direct path over UDP to a viewer from outside.
 *
 * - `turnedOff`, `relayOnly`: the configuration says so
 * - `serverUnknown`: no STUN server has shown the server's mapped address
 * - `serverSymmetric`, `viewerSymmetric`: the NAT there shows each destination another port
 * - `viewerUnknown`: the browser has not said from where its media comes
 * - `blocked`: everything is known, and no check came through
 */
export const DIRECT_OBSTACLE = z.enum([
  'turnedOff',
  'relayOnly',
  'serverUnknown',
  'serverSymmetric',
  'viewerUnknown',
  'viewerSymmetric',
  'blocked',
]);
export type DirectObstacle = z.infer<typeof DIRECT_OBSTACLE>;
