/**
 * A signed-in viewer who claims addresses for its media, whoever has them:
 *
 *     node claim-addresses.ts URL PASSWORD '[[{"address": …, "port": …}, …], …]'
 *
 * Each list is for a transport of its own. Prints the server's counters of claims, and stays until it is ended.
 */

import type { TransportAddress } from '../../../server/core/stun-turn/stun-address.ts';
import { MAX_ICE_CANDIDATES } from '../../../server/wire/signaling.ts';
import { ApiSession } from '../../support/api-session.ts';
import { SignalingSocket } from '../../support/signaling-socket.ts';

const [url = '', password = '', lists = ''] = process.argv.slice(2);
const admin = await ApiSession.signIn(url, 'admin', password);
const signaling = await SignalingSocket.open(url, admin.session.accessToken);
for (const claims of JSON.parse(lists) as TransportAddress[][]) {
  const { id: transportId } = await signaling.request('createWebRtcTransport', {});
  for (let i = 0; i < claims.length; i += MAX_ICE_CANDIDATES) {
    const candidates = claims.slice(i, i + MAX_ICE_CANDIDATES);
    await signaling.request('addIceCandidates', { transportId, candidates });
  }
}
const { sfu } = await admin.status();
process.stdout.write(`claimed ${JSON.stringify(sfu.punching?.claimed)}\n`);
