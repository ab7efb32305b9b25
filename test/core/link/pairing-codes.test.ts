import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  normalizedPairingCode,
  PAIRING_CODE_LIFETIME_MS,
  PairingCodes,
} from '../../../server/core/link/pairing-codes.ts';

const NOW_MS = 1_800_000_000_000;

for (const [text, letters] of [
  ['K7QF-3MZP', 'K7QF3MZP'],
  ['k7qf3mzp', 'K7QF3MZP'],
  [' k7 qf – 3m zp ', 'K7QF3MZP'],
  ['OoIi-LlKk', '001111KK'],
  ['K7QF-3MZ', undefined],
  ['K7QF-3MZPQ', undefined],
  ['K7QF-3MZU', undefined],
  ['K7QF-3MZß', undefined],
  ['', undefined],
  ['--------', undefined],
] as const) {
  test(`“${text}” is ${letters ?? 'no code'}`, () => assert.equal(normalizedPairingCode(text), letters));
}

suite('pairing codes', () => {
  test('a code is eight letters of Crockford’s alphabet, and every letter occurs', () => {
    const codes = new PairingCodes();
    const seen = new Set<string>();
    for (let i = 0; i < 200; i++) {
      const { code, expiresAtMs } = codes.make('cam_1', NOW_MS);
      assert.match(code, /^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/);
      assert.equal(expiresAtMs, NOW_MS + 15 * 60_000);
      for (const letter of code.replace('-', '')) seen.add(letter);
    }
    assert.equal(seen.size, 32);
  });

  test('each camera has one code: the newest', () => {
    const codes = new PairingCodes();
    const [old, other, newest] = ['cam_1', 'cam_2', 'cam_1'].map((id) => codes.make(id, NOW_MS).code);
    assert.equal(codes.find(old ?? '', NOW_MS), undefined);
    assert.equal(codes.find(other ?? '', NOW_MS), 'cam_2');
    assert.equal(codes.find((newest ?? '').toLowerCase().replace('-', ' '), NOW_MS), 'cam_1');
  });

  test('a code is valid until it expires or is revoked', () => {
    const codes = new PairingCodes();
    const { code } = codes.make('cam_1', NOW_MS);
    assert.equal(codes.find(code, NOW_MS + PAIRING_CODE_LIFETIME_MS - 1), 'cam_1');
    assert.equal(codes.find(code, NOW_MS + PAIRING_CODE_LIFETIME_MS), undefined);
    codes.revoke('cam_1');
    assert.equal(codes.find(code, NOW_MS), undefined);
  });

  test('an invalid code has no camera', () => {
    const codes = new PairingCodes();
    codes.make('cam_1', NOW_MS);
    for (const text of ['', 'nonsense', '00000000', '-'.repeat(32)])
      assert.equal(codes.find(text, NOW_MS), undefined);
  });
});
