import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProtectionProfileAeadAes128Gcm, RtpHeader, SrtpSession } from 'werift';
import { RTP_HEADER_BYTES, writeRtpHeader } from '../../../server/core/rtp/rtp-header.ts';
import { SrtpGcm } from '../../../server/core/rtp/srtp-gcm.ts';

test('a packet is protected like in RFC 7714 section 16.1.1', () => {
  const key = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');
  const salt = Buffer.from('517569642070726f2071756f', 'hex');
  const header = Buffer.from('8040f17b8041f8d35501a0b2', 'hex');
  const payload = Buffer.from(
    '47616c6c696120657374206f6d6e69732064697669736120696e207061727465732074726573',
    'hex',
  );
  const packet = new SrtpGcm(key, salt).protect(header, payload, 0x5501a0b2, 0xf17b);
  assert.equal(
    packet.toString('hex'),
    '8040f17b8041f8d35501a0b2' +
      'f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833' +
      '899d7f27beb16a9152cf765ee4390cce',
  );
});

test('the rollover counter follows the sequence number through its wrap', () => {
  const keys = { key: Buffer.alloc(16, 7), salt: Buffer.alloc(12, 9) };
  const session = new SrtpSession({
    keys: {
      localMasterKey: keys.key,
      localMasterSalt: keys.salt,
      remoteMasterKey: keys.key,
      remoteMasterSalt: keys.salt,
    },
    profile: ProtectionProfileAeadAes128Gcm,
  });
  const { srtpSessionKey, srtpSessionSalt } = session.localContext;
  const sender = new SrtpGcm(srtpSessionKey, srtpSessionSalt);
  const ssrc = 0xdeadbeef;
  for (let extended = 65_500; extended < 65_600; extended++) {
    const header = Buffer.alloc(RTP_HEADER_BYTES);
    const sequenceNumber = extended & 0xffff;
    const rest = { payloadType: 96, marker: false, timestamp90k: extended, transportSequence: 0 };
    writeRtpHeader(header, { ...rest, sequenceNumber, ssrc });
    const packet = sender.protect(header, Buffer.from(`payload ${extended}`), ssrc, extended);
    const clear = session.decrypt(packet);
    assert.equal(clear.subarray(RTP_HEADER_BYTES).toString(), `payload ${extended}`);
    assert.equal(RtpHeader.deSerialize(clear).sequenceNumber, sequenceNumber);
  }
});

test('keys and salts of another length are refused', () => {
  assert.throws(() => new SrtpGcm(Buffer.alloc(15), Buffer.alloc(12)), RangeError);
  assert.throws(() => new SrtpGcm(Buffer.alloc(16), Buffer.alloc(11)), RangeError);
});
