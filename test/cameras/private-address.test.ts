import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { isPrivateAddress } from '../../server/cameras/private-address.ts';

const PRIVATE = [
  '127.0.0.1',
  '127.255.255.254',
  '10.0.0.1',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.20',
  '169.254.7.7',
  '::1',
  '::ffff:192.168.1.20',
  '::FFFF:10.1.2.3',
  'fe80::1',
  'fd12:3456::1',
];
const PUBLIC = [
  '8.8.8.8',
  '172.15.255.255',
  '172.32.0.1',
  '192.169.0.1',
  '11.0.0.1',
  '100.64.0.1',
  '0.0.0.0',
  '::',
  '::ffff:8.8.8.8',
  '2001:db8::1',
  'fec0::1',
  '',
  'localhost',
  '10.0.0.1.example.com',
];

suite('private address', () => {
  for (const address of PRIVATE) test(`${address} is private`, () => assert.ok(isPrivateAddress(address)));
  for (const address of PUBLIC) test(`"${address}" is not`, () => assert.ok(!isPrivateAddress(address)));
});
