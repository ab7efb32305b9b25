import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DownloadTokens } from '../../server/firmware/download-tokens.ts';

test('a token works once, for its image, and yields its camera', () => {
  const tokens = new DownloadTokens(() => 0);
  const token = tokens.grant('cam_1', 'fw_1');
  assert.match(token, /^[\w-]{43}$/);
  assert.equal(tokens.redeem(token, 'fw_1'), 'cam_1');
  assert.equal(tokens.redeem(token, 'fw_1'), undefined);
});

test('for another image a token is invalid, and stays valid for its own', () => {
  const tokens = new DownloadTokens(() => 0);
  const token = tokens.grant('cam_1', 'fw_1');
  assert.equal(tokens.redeem(token, 'fw_2'), undefined);
  assert.equal(tokens.redeem(token, 'fw_1'), 'cam_1');
});

test('a token expires after ten minutes', () => {
  let now = 1000;
  const tokens = new DownloadTokens(() => now);
  const [early, late] = [tokens.grant('cam_1', 'fw_1'), tokens.grant('cam_2', 'fw_1')];
  now += 600_000 - 1;
  assert.equal(tokens.redeem(early, 'fw_1'), 'cam_1');
  now += 1;
  assert.equal(tokens.redeem(late, 'fw_1'), undefined);
});

test("only a camera's newest token is valid, until it is revoked", () => {
  const tokens = new DownloadTokens(() => 0);
  const [former, other] = [tokens.grant('cam_1', 'fw_1'), tokens.grant('cam_2', 'fw_1')];
  const newest = tokens.grant('cam_1', 'fw_1');
  assert.equal(tokens.redeem(former, 'fw_1'), undefined);
  tokens.revoke('cam_2');
  assert.equal(tokens.redeem(other, 'fw_1'), undefined);
  assert.equal(tokens.redeem(newest, 'fw_1'), 'cam_1');
});

test('a forged token, or a part of a valid one, is invalid', () => {
  const tokens = new DownloadTokens(() => 0);
  const token = tokens.grant('cam_1', 'fw_1');
  for (const wrong of [
    '',
    'x'.repeat(43),
    token.slice(1),
    `${token}A`,
    token.toLowerCase() + token.toUpperCase(),
  ])
    assert.equal(tokens.redeem(wrong, 'fw_1'), undefined);
});
