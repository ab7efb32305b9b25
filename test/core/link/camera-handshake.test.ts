import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import {
  handshakeHmac,
  parseCameraKey,
  parseNonce,
  verifyHandshakeHmac,
} from '../../../server/core/link/camera-handshake.ts';
import { handshakeTranscript } from '../../../server/wire/camera-protocol.ts';

interface Vector {
  key: string;
  cameraId: string;
  serverNonce: string;
  cameraNonce: string;
  cameraTranscript: string;
  cameraHmac: string;
  serverHmac: string;
}

const { cases } = JSON.parse(
  readFileSync(new URL('../../fixtures/camera-handshake.json', import.meta.url), 'utf8'),
) as { cases: Vector[] };

function hex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'hex'));
}

function factsOf(vector: Vector) {
  return {
    cameraId: vector.cameraId,
    serverNonce: hex(vector.serverNonce),
    cameraNonce: hex(vector.cameraNonce),
  };
}

suite('camera handshake', () => {
  for (const vector of cases) {
    const label = vector.cameraId.slice(0, 20);
    const key = hex(vector.key);
    const facts = factsOf(vector);

    test(`${label}: transcript and both proofs match the golden ones`, () => {
      const transcript = handshakeTranscript('camera', facts.cameraId, facts.serverNonce, facts.cameraNonce);
      assert.equal(Buffer.from(transcript).toString('hex'), vector.cameraTranscript);
      assert.equal(handshakeHmac(key, 'camera', facts), vector.cameraHmac);
      assert.equal(handshakeHmac(key, 'server', facts), vector.serverHmac);
    });

    test(`${label}: a proof is valid for its own role only`, () => {
      assert.equal(verifyHandshakeHmac(key, 'camera', facts, vector.cameraHmac), true);
      assert.equal(verifyHandshakeHmac(key, 'server', facts, vector.cameraHmac), false);
      assert.equal(verifyHandshakeHmac(key, 'camera', facts, vector.serverHmac), false);
    });

    test(`${label}: a proof is not valid for other facts`, () => {
      const other = hex('33'.repeat(32));
      for (const changed of [
        { ...facts, cameraId: `${facts.cameraId.slice(1)}y` },
        { ...facts, serverNonce: other },
        { ...facts, cameraNonce: other },
      ])
        assert.equal(verifyHandshakeHmac(key, 'camera', changed, vector.cameraHmac), false);
      assert.equal(verifyHandshakeHmac(other, 'camera', facts, vector.cameraHmac), false);
    });
  }

  for (const given of ['', '0', 'é'.repeat(64), 'F'.repeat(64), '0'.repeat(63), '0'.repeat(65)]) {
    test(`"${given.slice(0, 8)}" of ${given.length} characters is not a valid proof, and no exception`, () => {
      const vector = cases[0] ?? assert.fail();
      assert.equal(verifyHandshakeHmac(hex(vector.key), 'camera', factsOf(vector), given), false);
    });
  }

  test('ids of 0 and 256 bytes, and nonces of 31 and 33, have no transcript', () => {
    const nonce = new Uint8Array(32);
    assert.throws(() => handshakeTranscript('camera', '', nonce, nonce), RangeError);
    assert.throws(() => handshakeTranscript('camera', 'é'.repeat(128), nonce, nonce), RangeError);
    assert.throws(() => handshakeTranscript('camera', 'cam', nonce.subarray(1), nonce), RangeError);
    assert.throws(() => handshakeTranscript('camera', 'cam', nonce, new Uint8Array(33)), RangeError);
  });

  test('a key is exactly 43 characters of base64url', () => {
    const bytes = Buffer.from(Array.from({ length: 32 }, (_, index) => 255 - index));
    const text = bytes.toString('base64url');
    assert.deepEqual(parseCameraKey(text), bytes);
    assert.deepEqual(parseNonce(text), bytes);
    const notKeys = [
      '',
      text.slice(1),
      `${text}A`,
      `${text}=`,
      ` ${text}`,
      bytes.toString('base64'),
      // The last character's lowest two bits are unused; only one spelling is valid.
      text.slice(0, -1) + String.fromCharCode(text.charCodeAt(42) + 1),
      bytes.toString('hex'),
    ];
    for (const wrong of notKeys) assert.equal(parseCameraKey(wrong), undefined, wrong);
  });
});
