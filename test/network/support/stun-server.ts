/**
 * A STUN server (RFC 8489) that answers binding requests and nothing else, on several addresses of its host:
 *
 *     node stun-server.ts ADDRESS…    prints `listening` once all of them answer
 */

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { canonicalIp } from '../../../server/core/address/ip-address.ts';
import { writeXorAddress } from '../../../server/core/stun-turn/stun-address.ts';
import { ATTRIBUTE, readStun, writeStun } from '../../../server/core/stun-turn/stun-message.ts';

export const STUN_PORT = 3478;
const BINDING_REQUEST = 0x0001;
const BINDING_RESPONSE = 0x0101;

if (process.argv[1] === import.meta.filename) {
  for (const own of process.argv.slice(2)) {
    const socket = createSocket(isIPv6(own) ? 'udp6' : 'udp4');
    socket.on('message', (datagram, { address, port }) => {
      const request = readStun(datagram);
      if (request?.type !== BINDING_REQUEST) return;
      const { transactionId } = request;
      const seen = writeXorAddress({ address: canonicalIp(address) ?? address, port }, transactionId);
      const response = writeStun(BINDING_RESPONSE, transactionId, [[ATTRIBUTE.xorMappedAddress, seen]]);
      socket.send(response, port, address);
    });
    socket.bind(STUN_PORT, own);
    await once(socket, 'listening');
  }
  process.stdout.write('listening\n');
}
