import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  GenericNack,
  ProtectionProfileAeadAes128Gcm,
  ProtectionProfileAes128CmHmacSha1_80,
  RTCCertificate,
  RTCDtlsFingerprint,
  RTCDtlsParameters,
  RTCDtlsTransport,
  RtpHeader,
  RtcpPacketConverter,
  RtcpRrPacket,
  RtcpTransportLayerFeedback,
  type RTCIceTransport,
  type RtcpPacket,
  type SrtpProfile,
} from 'werift';
import type { ViewerFeedback } from '../../server/core/rtp/rtcp-feedback.ts';
import { RTP_HEADER_BYTES, writeRtpHeader } from '../../server/core/rtp/rtp-header.ts';
import { newCertificate } from '../support/node-viewer.ts';
import { until } from '../support/until.ts';
import { localFingerprint, WeriftDtls, type SrtpProtector } from '../../server/sfu/werift-dtls.ts';

/**
 * A server's WeriftDtls and a viewer (werift as DTLS client), joined by a lossless wire.
 *
 * @param rewrite maps each of the viewer's datagrams to those that are delivered
 */
async function pair(
  certificate: RTCCertificate,
  profiles: SrtpProfile[] = [ProtectionProfileAeadAes128Gcm],
  rewrite: (datagram: Buffer) => Buffer[] = (datagram) => [datagram],
) {
  const counters = { malformed: 0, refusedFragments: 0, excess: 0 };
  const fingerprint = await localFingerprint();
  const rtcp: ViewerFeedback[] = [];
  const toViewer: ((datagram: Buffer) => void)[] = [];
  /** All datagrams of either side. */
  const said = { server: [] as Buffer[], viewer: [] as Buffer[] };
  const server = new WeriftDtls(
    (datagram) => {
      said.server.push(datagram);
      setImmediate(() => {
        for (const receive of toViewer) receive(datagram);
      });
    },
    (feedback) => rtcp.push(feedback),
    counters,
  );
  const connection = {
    onData: { subscribe: (receive: (datagram: Buffer) => void) => void toViewer.push(receive) },
    send: async (datagram: Buffer) => {
      said.viewer.push(datagram);
      setImmediate(() => rewrite(datagram).forEach((each) => server.receive(each)));
    },
    close: async () => {},
  };
  const ice = { connection, role: 'controlling', state: 'connected', stop: async () => {} };
  const viewer = new RTCDtlsTransport({}, ice as unknown as RTCIceTransport, certificate, profiles);
  viewer.role = 'client';
  viewer.setRemoteParams(
    new RTCDtlsParameters([new RTCDtlsFingerprint(fingerprint.algorithm, fingerprint.value)], 'server'),
  );
  const fingerprints = certificate
    .getFingerprints()
    .map(({ value }) => ({ algorithm: 'sha-256' as const, value }));
  const connect = async (): Promise<SrtpProtector> => {
    const [srtp] = await Promise.all([server.connect(fingerprints), viewer.start()]);
    return srtp;
  };
  return { server, viewer, connect, fingerprints, counters, rtcp, said, deliver: connection.send };
}

const SSRC = 0x11223344;

function protectedPacket(srtp: SrtpProtector, text: string, extendedSequence = 5): Buffer {
  const header = Buffer.alloc(RTP_HEADER_BYTES);
  writeRtpHeader(header, {
    payloadType: 96,
    marker: true,
    sequenceNumber: extendedSequence,
    timestamp90k: 9,
    ssrc: SSRC,
    transportSequence: 7,
  });
  return srtp.protect(header, Buffer.from(text), SSRC, extendedSequence);
}

/** A DTLS record (RFC 6347 section 4.1), unencrypted or only claiming to be encrypted. */
function record(type: number, fragment: Buffer, epoch = 0): Buffer {
  const head = Buffer.from([type, 0xfe, 0xfd, 0, epoch, 0, 0, 0, 0, 0, 0, 0, 0]);
  head.writeUInt16BE(fragment.length, 11);
  return Buffer.concat([head, fragment]);
}

/** A fragment of a handshake message in its own record (RFC 6347 section 4.2.2). */
function handshakeFragment(
  type: number,
  length: number,
  sequence: number,
  offset: number,
  fragment: Buffer,
): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt8(type);
  head.writeUIntBE(length, 1, 3);
  head.writeUInt16BE(sequence, 4);
  head.writeUIntBE(offset, 6, 3);
  head.writeUIntBE(fragment.length, 9, 3);
  return record(22, Buffer.concat([head, fragment]));
}

for (const [name, profile] of [
  ['AEAD_AES_128_GCM', ProtectionProfileAeadAes128Gcm],
  ['AES_CM_128_HMAC_SHA1_80', ProtectionProfileAes128CmHmacSha1_80],
] as const) {
  test(`data protected after the handshake can be read by the viewer: ${name}`, async () => {
    const { server, viewer, connect } = await pair(await newCertificate(), [profile]);
    const srtp = await connect();
    const clear = viewer.srtp?.decrypt(protectedPacket(srtp, 'picture'));
    assert.equal(clear?.subarray(RTP_HEADER_BYTES).toString(), 'picture');
    assert.equal(RtpHeader.deSerialize(clear ?? Buffer.alloc(0)).ssrc, SSRC);
    server.close();
  });
}

test('RTCP passes both ways', async () => {
  const { server, viewer, connect, rtcp } = await pair(await newCertificate());
  await connect();
  const arrived = new Promise<RtcpPacket>((resolve) => viewer.onRtcp.once(resolve));
  server.sendRtcp([new RtcpRrPacket({ ssrc: 7 }).serialize()]);
  assert.equal((await arrived) instanceof RtcpRrPacket, true);
  const nack = new GenericNack({ senderSsrc: 1, mediaSourceSsrc: 8, lost: [7, 9] });
  await viewer.sendRtcp([new RtcpTransportLayerFeedback({ feedback: nack })]);
  await until('the NACK has come', () => rtcp.length > 0);
  assert.deepEqual(rtcp, [{ kind: 'nack', ssrc: 8, lost: [7, 9] }]);
  server.close();
});

test('werift keeps no state of an SSRC that is no longer used', async () => {
  const { server, viewer, connect, said } = await pair(await newCertificate());
  await connect();
  /** The index at the end shows the state: it grows as long as the SSRC is known (RFC 3711 section 3.4). */
  const index = () => (said.server.at(-1)?.readUInt32BE((said.server.at(-1)?.length ?? 4) - 4) ?? 0) & 0xffff;
  const report = [new RtcpRrPacket({ ssrc: 7 }).serialize()];
  server.sendRtcp(report);
  server.sendRtcp(report);
  assert.equal(index(), 2);
  server.forget([7]);
  server.sendRtcp(report);
  assert.equal(index(), 1);
  assert.ok(viewer.srtcp);
  server.close();
});

test('an SSRC can be forgotten before the handshake', async () => {
  const { server, connect } = await pair(await newCertificate());
  server.forget([7]);
  assert.ok(await connect());
  server.close();
});

test('RTCP is told from other packets by its first two bytes', async () => {
  const { server, connect, counters } = await pair(await newCertificate());
  await connect();
  /** Nothing of it is authentic. */
  const isRead = (...bytes: [first: number, second: number]): boolean => {
    const { malformed } = counters;
    server.receive(Buffer.concat([Buffer.from(bytes), Buffer.alloc(40)]));
    return counters.malformed > malformed;
  };
  for (const [first, second] of [
    [128, 192],
    [191, 223],
  ] as const)
    assert.equal(isRead(first, second), true, `${first} ${second}`);
  for (const [first, second] of [
    [127, 192],
    [192, 192],
    [128, 191],
    [128, 224],
  ] as const)
    assert.equal(isRead(first, second), false, `${first} ${second}`);
  server.close();
});

test("a viewer's RTCP never reaches werift's parser", async (t) => {
  const { server, viewer, connect, rtcp } = await pair(await newCertificate());
  await connect();
  const parser = t.mock.method(RtcpPacketConverter, 'deSerialize');
  // A transport-wide report of 36 bytes that claims 65,535 packets: werift makes an object for each.
  const claim = Buffer.from(`8fcd000800000001000000000001ffff00000000${'3fff'.repeat(8)}`, 'hex');
  const nack = new GenericNack({ senderSsrc: 1, mediaSourceSsrc: 8, lost: [7] });
  const packets = [claim, claim].map((bytes) => ({ serialize: () => bytes }) as RtcpPacket);
  await viewer.sendRtcp([...packets, new RtcpTransportLayerFeedback({ feedback: nack })]);
  await until('the NACK behind it has come', () => rtcp.length > 0);
  assert.equal(parser.mock.callCount(), 0);
  server.close();
});

test('a viewer with another certificate than announced is refused', async () => {
  const { server, viewer } = await pair(await newCertificate());
  const [announced] = (await newCertificate()).getFingerprints();
  void viewer.start().catch(() => {});
  await assert.rejects(
    server.connect([{ algorithm: 'sha-256', value: announced?.value ?? '' }]),
    /fingerprint mismatch/,
  );
  server.close();
});

test("a viewer that presents another viewer's certificate is refused", async () => {
  const [own, stolen] = [await newCertificate(), await newCertificate()];
  // It has the certificate, which is sent unencrypted, but only its own key to sign with.
  const impostor = Object.assign(Object.create(RTCCertificate.prototype) as RTCCertificate, stolen, {
    privateKey: own.privateKey,
  });
  const { connect, server } = await pair(impostor);
  await assert.rejects(connect(), /does not hold the key of its certificate/);
  server.close();
});

test('after the handshake no unencrypted record resets the session', async () => {
  const { server, viewer, connect, deliver } = await pair(await newCertificate());
  const srtp = await connect();
  // A fatal alert, a truncated ClientHello, a change of cipher spec.
  for (const [type, fragment] of [
    [21, '0228'],
    [22, '01000000000000000000000a'],
    [20, '01'],
  ] as const) {
    await deliver(record(type, Buffer.from(fragment, 'hex')));
    await new Promise(setImmediate);
  }
  assert.equal(
    viewer.srtp?.decrypt(protectedPacket(srtp, 'still here')).subarray(RTP_HEADER_BYTES).toString(),
    'still here',
  );
  const arrived = new Promise<RtcpPacket>((resolve) => viewer.onRtcp.once(resolve));
  server.sendRtcp([new RtcpRrPacket({ ssrc: 7 }).serialize()]);
  await arrived;
  server.close();
});

test('a viewer that repeats its last flight is sent the server’s again, a bounded number of times', async () => {
  const { server, connect, said } = await pair(await newCertificate());
  await connect();
  // A browser packs all messages of a flight into one datagram.
  const certificate = said.viewer.findIndex((datagram) => datagram[0] === 22 && datagram[13] === 11);
  const repeated = Buffer.concat(said.viewer.slice(certificate));
  const before = said.server.length;
  server.receive(repeated);
  const [changeCipherSpec, finished] = said.server.slice(before);
  assert.deepEqual([changeCipherSpec?.[0], changeCipherSpec?.readUInt16BE(3)], [20, 0]);
  assert.deepEqual([finished?.[0], finished?.readUInt16BE(3)], [22, 1]);
  for (let i = 0; i < 100; i++) server.receive(repeated);
  assert.equal(said.server.length - before, 2 * 16);
  server.close();
});

test('a record that only claims to be encrypted does not reopen the handshake', async () => {
  const { server, connect, said } = await pair(await newCertificate());
  await connect();
  const [clientHello = Buffer.alloc(0)] = said.viewer;
  const before = said.server.length;
  // A record of an unknown type, which werift takes for the end of the session, then a new handshake.
  const claim = record(25, Buffer.alloc(0), 1);
  server.receive(claim);
  server.receive(Buffer.concat([claim, clientHello]));
  await new Promise(setImmediate);
  assert.equal(said.server.length, before, 'no answer');
  server.close();
});

test('garbage of every first byte and length affects neither handshake nor session', async () => {
  const { server, viewer, connect, counters } = await pair(await newCertificate());
  const garbage = () => {
    for (let first = 0; first < 256; first++) {
      for (const length of [0, 1, 2, 12, 13, 14, 40, 1200]) server.receive(Buffer.alloc(length, first));
    }
  };
  const connected = connect();
  garbage();
  const srtp = await connected;
  garbage();
  assert.ok(viewer.srtp?.decrypt(protectedPacket(srtp, 'still here')));
  assert.ok(counters.malformed > 0);
  server.close();
});

test('a message is reassembled from fragments that arrive out of order with junk in between', async () => {
  const CERTIFICATE = 11;
  const cut = (datagram: Buffer): Buffer[] => {
    if (datagram[0] !== 22 || datagram.readUInt16BE(3) !== 0 || datagram[13] !== CERTIFICATE)
      return [datagram];
    const [sequence, body] = [datagram.readUInt16BE(17), datagram.subarray(25)];
    const fragments: Buffer[] = [];
    for (let offset = 0; offset < body.length; offset += 100)
      fragments.unshift(
        handshakeFragment(CERTIFICATE, 0xffffff, sequence, 0xfffff0, Buffer.alloc(15)),
        handshakeFragment(CERTIFICATE, body.length, sequence, offset, body.subarray(offset, offset + 100)),
      );
    return fragments;
  };
  const { server, viewer, connect, counters } = await pair(await newCertificate(), undefined, cut);
  const srtp = await connect();
  assert.ok(viewer.srtp?.decrypt(protectedPacket(srtp, 'picture')));
  assert.ok(counters.refusedFragments > 0);
  server.close();
});

test('the first excess of incomplete fragments closes the transport', async () => {
  const { server, fingerprints, counters } = await pair(await newCertificate());
  const ended = server.connect(fingerprints).then(
    () => 'connected',
    (error: unknown) => String(error),
  );
  const unfinished = handshakeFragment(1, 1000, 0, 0, Buffer.alloc(900));
  for (let i = 0; i < 2000; i++) server.receive(unfinished);
  assert.equal(counters.excess, 1);
  assert.match(await ended, /more than 65536 bytes before its handshake was done/);
  server.close();
});

test('datagrams from before a transport connects do not count as its handshake', async () => {
  const { server, connect, counters } = await pair(await newCertificate());
  const early = record(22, Buffer.alloc(1200));
  for (let i = 0; i < 100; i++) server.receive(early);
  assert.equal(counters.excess, 0);
  assert.ok(await connect());
  server.close();
});

test('a flood of ClientHellos is answered a bounded number of times', async () => {
  const { server, connect, said } = await pair(await newCertificate());
  await connect();
  server.close();
  const [clientHello = Buffer.alloc(0)] = said.viewer;

  const attacked = await pair(await newCertificate());
  void attacked.server.connect(attacked.fingerprints).catch(() => undefined);
  for (let i = 0; i < 200; i++) attacked.server.receive(clientHello);
  assert.ok(attacked.said.server.length > 0, 'the first one is');
  assert.ok(attacked.said.server.length <= 17, `${attacked.said.server.length} answers`);
  attacked.server.close();
});

const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

/** The viewer's flight with its certificate is lost: the server repeats its own. */
const withoutCertificate = (datagram: Buffer): Buffer[] => (datagram[13] === 11 ? [] : [datagram]);

test('closing a transport during its handshake leaves no timers behind', async () => {
  await until('those of the tests before are gone', () => timers() === 0);
  const { server, viewer, fingerprints, said } = await pair(
    await newCertificate(),
    undefined,
    withoutCertificate,
  );
  void server.connect(fingerprints).catch(() => undefined);
  void viewer.start().catch(() => undefined);
  await until("the viewer's certificate", () => said.viewer.some((datagram) => datagram[13] === 11));
  // Lets the viewer stop its repetitions.
  if (viewer.dtls) viewer.dtls.dtls.flight = 99;
  assert.ok(timers() > 0);
  server.close();
  await until('the timers are gone', () => timers() === 0, 10_000);
});

test('a datagram larger than any expected one is dropped unread', async () => {
  const { server, connect, counters } = await pair(await newCertificate());
  await connect();
  const { malformed } = counters;
  const rtcp = Buffer.alloc(3000);
  rtcp.set([0x80, 201]);
  server.receive(rtcp);
  assert.equal(counters.malformed, malformed + 1);
  server.close();
});
