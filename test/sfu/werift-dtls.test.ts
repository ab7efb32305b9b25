import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ProtectionProfileAeadAes128Gcm,
  ProtectionProfileAes128CmHmacSha1_80,
  RTCCertificate,
  RTCDtlsFingerprint,
  RTCDtlsParameters,
  RTCDtlsTransport,
  RtpHeader,
  RtcpRrPacket,
  type RTCIceTransport,
  type RtcpPacket,
  type SrtpProfile,
} from 'werift';
import { RTP_HEADER_BYTES, writeRtpHeader } from '../../server/core/rtp-header.ts';
import { newCertificate } from '../support/node-viewer.ts';
import { localFingerprint, WeriftDtls, type SrtpProtector } from '../../server/sfu/werift-dtls.ts';

/** A server's WeriftDtls and a viewer (werift as DTLS client), joined by a wire that loses nothing. */
async function pair(certificate: RTCCertificate, profiles: SrtpProfile[] = [ProtectionProfileAeadAes128Gcm]) {
  const fingerprint = await localFingerprint();
  const rtcp: RtcpPacket[] = [];
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
    (packet) => rtcp.push(packet),
  );
  const connection = {
    onData: { subscribe: (receive: (datagram: Buffer) => void) => void toViewer.push(receive) },
    send: async (datagram: Buffer) => {
      said.viewer.push(datagram);
      setImmediate(() => server.receive(datagram));
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
  return { server, viewer, connect, rtcp, said, deliver: connection.send };
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
  });
  return srtp.protect(header, Buffer.from(text), SSRC, extendedSequence);
}

/** A DTLS record (RFC 6347 section 4.1), unencrypted, or one that only says it is not. */
function record(type: number, fragment: Buffer, epoch = 0): Buffer {
  const head = Buffer.from([type, 0xfe, 0xfd, 0, epoch, 0, 0, 0, 0, 0, 0, 0, 0]);
  head.writeUInt16BE(fragment.length, 11);
  return Buffer.concat([head, fragment]);
}

for (const [name, profile] of [
  ['AEAD_AES_128_GCM', ProtectionProfileAeadAes128Gcm],
  ['AES_CM_128_HMAC_SHA1_80', ProtectionProfileAes128CmHmacSha1_80],
] as const) {
  test(`what is protected after the handshake can be read by the viewer: ${name}`, async () => {
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
  server.sendRtcp([new RtcpRrPacket({ ssrc: 7 })]);
  assert.equal((await arrived) instanceof RtcpRrPacket, true);
  await viewer.sendRtcp([new RtcpRrPacket({ ssrc: 8 })]);
  await new Promise(setImmediate);
  await new Promise(setImmediate);
  assert.deepEqual(
    rtcp.map((report) => (report as RtcpRrPacket).ssrc),
    [8],
  );
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

test("a viewer that shows someone else's certificate is refused", async () => {
  const [own, stolen] = [await newCertificate(), await newCertificate()];
  // It has the certificate, which travels in the clear, but only its own key to sign with.
  const impostor = Object.assign(Object.create(RTCCertificate.prototype) as RTCCertificate, stolen, {
    privateKey: own.privateKey,
  });
  const { connect, server } = await pair(impostor);
  await assert.rejects(connect(), /does not hold the key of its certificate/);
  server.close();
});

test('after the handshake nothing unencrypted resets the session', async () => {
  const { server, viewer, connect, deliver } = await pair(await newCertificate());
  const srtp = await connect();
  // A fatal alert, a ClientHello cut short, a change of cipher spec.
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
  server.sendRtcp([new RtcpRrPacket({ ssrc: 7 })]);
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

test('a record that only claims to be encrypted opens the session to nothing', async () => {
  const { server, connect, said } = await pair(await newCertificate());
  await connect();
  const [clientHello = Buffer.alloc(0)] = said.viewer;
  const before = said.server.length;
  // Of no known type, which werift takes for the end of the session; then a handshake from the beginning behind it.
  const claim = record(25, Buffer.alloc(0), 1);
  server.receive(claim);
  server.receive(Buffer.concat([claim, clientHello]));
  await new Promise(setImmediate);
  assert.equal(said.server.length, before, 'no answer');
  server.close();
});

test('garbage of every first byte and length harms neither the handshake nor the session', async () => {
  const { server, viewer, connect } = await pair(await newCertificate());
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
  assert.ok(server.malformed > 0);
  server.close();
});
