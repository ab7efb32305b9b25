import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { handshakeHmac } from '../../server/core/link/camera-handshake.ts';
import { CameraAuthenticator } from '../../server/ingest/camera-authenticator.ts';
import { StoredCameras } from '../../server/ingest/stored-cameras.ts';
import { createLog } from '../../server/log.ts';
import type { HelloMessage } from '../../server/wire/camera-protocol.ts';

function fail(): never {
  throw new Error('database disk image is malformed');
}

test('a camera that has proven its key is let in again while the store fails, and not after it was removed', () => {
  const key = randomBytes(32);
  let keyOf = (_id: string): Uint8Array | undefined => key;
  const authenticator = new CameraAuthenticator(
    new StoredCameras({ keyOf: (id) => keyOf(id) }, createLog('silent')),
  );
  const [serverNonce, cameraNonce] = [randomBytes(32), randomBytes(32)];
  const isLetIn = (cameraId: string): boolean => {
    const hmac = handshakeHmac(key, 'camera', { cameraId, serverNonce, cameraNonce });
    const hello = { cameraId, nonce: cameraNonce.toString('base64url'), hmac } as HelloMessage;
    return authenticator.verify(hello, serverNonce) !== undefined;
  };
  assert.ok(isLetIn('cam_1'));
  keyOf = fail;
  assert.ok(isLetIn('cam_1'));
  assert.equal(isLetIn('cam_2'), false);
  keyOf = () => undefined;
  assert.equal(isLetIn('cam_1'), false);
  keyOf = fail;
  assert.equal(isLetIn('cam_1'), false);
});
