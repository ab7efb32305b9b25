import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { test } from 'node:test';
import { canonicalIp } from '../../server/core/address/ip-address.ts';
import { machineGateways } from '../../server/net/machine-gateways.ts';

test('this machine’s own addresses are shared by others, loopback is this machine itself', () => {
  const isGateway = machineGateways();
  for (const { address, internal } of Object.values(networkInterfaces()).flatMap((entries) => entries ?? []))
    assert.equal(isGateway(canonicalIp(address) ?? ''), !internal, address);
});

test('changed networks are noticed within half a minute, without reading the tables for each request', () => {
  let nowMs = 0;
  let reads = 0;
  let interfaces = ['172.17.0.2/16'];
  const isGateway = machineGateways(
    () => {
      reads++;
      return { interfaces, ipv4Routes: '', ipv6Routes: '' };
    },
    () => nowMs,
  );
  assert.equal(isGateway('172.17.0.1'), true);
  interfaces = ['172.18.0.2/16'];
  nowMs = 29_999;
  assert.equal(isGateway('172.18.0.1'), false);
  assert.equal(reads, 1);
  nowMs = 30_000;
  assert.equal(isGateway('172.18.0.1'), true);
  assert.equal(isGateway('172.17.0.1'), false);
  assert.equal(reads, 2);
});
