/** Tokens, codes and names from untrusted clients. */

import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { signToken, verifyToken } from '../../../server/accounts/access-token.ts';
import { makeRefreshToken, readRefreshToken } from '../../../server/accounts/refresh-token.ts';
import { LegacyCredentials } from '../../../server/ingest/legacy-credentials.ts';
import {
  handshakeHmac,
  parseCameraKey,
  verifyHandshakeHmac,
} from '../../../server/core/link/camera-handshake.ts';
import { normalizedPairingCode, PairingCodes } from '../../../server/core/link/pairing-codes.ts';
import { VigieError } from '../../../server/errors.ts';
import { DownloadTokens } from '../../../server/firmware/download-tokens.ts';
import { parseRecordingPath, recordingPath } from '../../../server/recording/recording-path.ts';
import { headerText, mutatedBytes } from '../arbitraries.ts';
import { fuzzCase, throwsOnly, type FuzzTarget } from '../target.ts';

const SECRET = Buffer.alloc(32, 7);
const NOW_MS = 1_800_000_000_000;
const SUBJECT = { userId: 'usr_1', sessionId: 'ses_abcdefghijkl' };
const ACCESS_TOKEN = signToken(SECRET, 'api', SUBJECT, NOW_MS);
const REFRESH_TOKEN = makeRefreshToken(SECRET, { sessionId: SUBJECT.sessionId, generation: 3 });
const near = (text: string): fc.Arbitrary<string> =>
  mutatedBytes(fc.constant(Buffer.from(text)), 100).map((bytes) => bytes.toString('latin1'));

const codes = new PairingCodes();
const downloads = new DownloadTokens(() => NOW_MS);
const seed = new LegacyCredentials('esp32', 'secret');

export const tokens: FuzzTarget = {
  name: 'tokens',
  cases: [
    fuzzCase('only the signed access token is valid', fc.oneof(near(ACCESS_TOKEN), headerText), (token) => {
      const claims = throwsOnly(
        (error) => error instanceof VigieError && error.code === 'unauthorized',
        () => verifyToken(SECRET, 'api', token, NOW_MS),
      );
      // base64url leaves bits of the last character unused, so another text may be the same token.
      if (claims) assert.equal(claims.userId, SUBJECT.userId);
      if (claims)
        assert.equal(token.split('.').slice(0, 2).join('.'), ACCESS_TOKEN.split('.').slice(0, 2).join('.'));
    }),
    fuzzCase('no refresh token but the one that was made is good', near(REFRESH_TOKEN), (token) => {
      assert.equal(readRefreshToken(SECRET, token) !== undefined, token === REFRESH_TOKEN);
    }),
    fuzzCase('a refresh token that was made is read back', fc.nat(0x7fff_ffff), (generation) => {
      const claims = { sessionId: SUBJECT.sessionId, generation };
      assert.deepEqual(readRefreshToken(SECRET, makeRefreshToken(SECRET, claims)), claims);
    }),
    fuzzCase(
      'no guess is a pairing code, a download token, a camera key or the legacy password',
      fc.oneof(headerText, near('K7QF-3MZP'), near(`/?password=x&username=y`)),
      (guess) => {
        codes.make('cam_1', NOW_MS);
        downloads.grant('cam_1', 'img_1');
        assert.equal(codes.find(guess, NOW_MS), undefined);
        assert.equal(downloads.redeem(guess, 'img_1'), undefined);
        assert.equal(seed.admits(guess), false);
        const letters = normalizedPairingCode(guess);
        if (letters !== undefined) assert.equal(normalizedPairingCode(letters), letters);
        const key = parseCameraKey(guess);
        if (key) assert.equal(Buffer.from(key).toString('base64url'), guess);
      },
    ),
    fuzzCase(
      'only the right proof verifies',
      fc.tuple(
        fc.string({ minLength: 1, maxLength: 60 }),
        near('0'.repeat(64)),
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
      ),
      ([cameraId, guess, serverNonce]) => {
        const facts = { cameraId, serverNonce, cameraNonce: Buffer.alloc(32, 2) };
        const hmac = handshakeHmac(SECRET, 'camera', facts);
        assert.equal(verifyHandshakeHmac(SECRET, 'camera', facts, hmac), true);
        assert.equal(verifyHandshakeHmac(SECRET, 'server', facts, hmac), false);
        assert.equal(verifyHandshakeHmac(SECRET, 'camera', facts, guess), guess === hmac);
      },
    ),
    fuzzCase(
      'a path of a recording is read back, and no other leaves the folder',
      fc.tuple(fc.nat(253_402_300_799_999), fc.oneof(headerText, near('cam_1/2026-11-23/14-05-09.123.webm'))),
      ([startMs, other]) => {
        const name = { cameraId: 'cam_1', startMs };
        assert.deepEqual(parseRecordingPath(recordingPath(name)), name);
        const read = parseRecordingPath(other);
        if (read) assert.ok(/^[\w-]+$/.test(read.cameraId) && !other.includes('..'));
      },
    ),
  ],
};
