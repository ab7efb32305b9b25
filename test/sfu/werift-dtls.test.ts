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
  const server = new WeriftDtls(
    (datagram) =>
      setImmediate(() => {
        for (const receive of toViewer) receive(datagram);
      }),
    (packet) => rtcp.push(packet),
  );
  const connection = {
    onData: { subscribe: (receive: (datagram: Buffer) => void) => void toViewer.push(receive) },
    send: async (datagram: Buffer) => void setImmediate(() => server.receive(datagram)),
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
  return { server, viewer, connect, rtcp, deliver: connection.send };
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

/** An unencrypted DTLS record (RFC 6347 section 4.1). */
function record(type: number, fragment: Buffer): Buffer {
  const head = Buffer.from([type, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
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
