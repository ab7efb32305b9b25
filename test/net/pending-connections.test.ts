import assert from 'node:assert/strict';
import { beforeEach, suite, test } from 'node:test';
import { PendingConnections, type PendingPlace } from '../../server/net/pending-connections.ts';

const PLACES = 8;
const SECOND_US = 1_000_000;

let nowUs = 0;
let pending: PendingConnections;
/** The closed connections, in that order. */
let displaced: string[];
beforeEach(() => {
  nowUs = 0;
  displaced = [];
  pending = new PendingConnections({ places: PLACES, clock: () => nowUs });
});

function enter(address: string, name = address, isPrivate = false): PendingPlace {
  return pending.enter({ address, isPrivate }, () => displaced.push(name));
}

/** Takes all places, from one address or from one address each. */
function fill(addressOf: (index: number) => string, isPrivate = false): PendingPlace[] {
  return Array.from({ length: PLACES }, (_, index) => enter(addressOf(index), `filler ${index}`, isPrivate));
}

suite('places for connections that have not authenticated', () => {
  test('one network may take all places, and loses its oldest at once to another network', () => {
    fill(() => '192.0.2.1');
    assert.deepEqual(displaced, []);
    for (const address of ['192.0.2.2', '192.0.2.3']) enter(address);
    assert.deepEqual(displaced, ['filler 0', 'filler 1']);
    assert.equal(pending.displaced, 2);
  });

  test('an attacker that reconnects at once does not displace other networks', () => {
    fill(() => '192.0.2.1');
    enter('192.0.2.2', 'camera');
    for (let attempt = 0; attempt < 100; attempt++) {
      nowUs += 10_000;
      enter('192.0.2.1', 'attacker');
    }
    assert.ok(!displaced.includes('camera'));
  });

  test('an attacker with many /64 networks counts as one', () => {
    fill((index) => `2001:db8:1:${index}::1`);
    enter('2001:db8:2::1', 'camera');
    nowUs += SECOND_US;
    for (let attempt = 0; attempt < 100; attempt++) enter(`2001:db8:1:${1000 + attempt}::1`, 'attacker');
    assert.ok(!displaced.includes('camera'));
  });

  test('among equals half are safe for half a second, and the oldest of the others is closed', () => {
    fill((index) => `192.0.2.${index}`);
    nowUs += SECOND_US / 2 - 1;
    for (let index = 0; index < 5; index++) enter(`198.51.100.${index}`, `newcomer ${index}`);
    const unsafe = ['filler 4', 'filler 5', 'filler 6', 'filler 7', 'newcomer 0'];
    assert.deepEqual(displaced, unsafe);
    nowUs += 1;
    enter('198.51.100.5');
    assert.deepEqual(displaced, [...unsafe, 'filler 0'], 'no longer safe, and older than all others');
  });

  test('the same holds within one network', () => {
    fill(() => '192.0.2.1');
    for (let index = 0; index < 4; index++) enter('192.0.2.1', `newcomer ${index}`);
    assert.deepEqual(displaced, ['filler 4', 'filler 5', 'filler 6', 'filler 7']);
  });

  test('every connection stays long enough for a fast line during any flood', () => {
    fill(() => '192.0.2.1');
    for (let index = 0; index < 1000; index++) enter('192.0.2.1', 'attacker');
    displaced = [];
    enter('192.0.2.1', 'camera');
    for (let index = 1; index < PLACES / 2; index++) enter('192.0.2.1', 'attacker');
    assert.ok(!displaced.includes('camera'));
  });

  test('a network with one more than another does not displace a safe one', () => {
    fill((index) => `192.0.2.${Math.floor(index / 2)}`);
    enter('198.51.100.1', 'first');
    assert.deepEqual(displaced, ['filler 0'], 'two against none');
    enter('198.51.100.1', 'second');
    assert.deepEqual(displaced, ['filler 0', 'filler 4'], 'two against one');
  });

  test('a place is released once, however its holder leaves', () => {
    const [first, second] = fill((index) => `192.0.2.${index}`);
    first?.leave();
    first?.leave();
    first?.authenticated();
    enter('198.51.100.1');
    assert.deepEqual(displaced, []);
    second?.authenticated();
    second?.leave();
    enter('198.51.100.2');
    assert.deepEqual(displaced, []);
    enter('198.51.100.3');
    assert.equal(displaced.length, 1);
  });

  test('a displaced connection may still report that it leaves', () => {
    const [oldest] = fill(() => '192.0.2.1');
    enter('192.0.2.2');
    oldest?.leave();
    enter('192.0.2.3');
    assert.deepEqual(displaced, ['filler 0', 'filler 1'], 'still full');
  });
});

/** One of 65,536. */
const known = (index: number): string => `198.51.${index >> 8}.${index & 255}`;

suite('places of known networks', () => {
  test('private networks have places that others cannot take', () => {
    fill((index) => `192.0.2.${index}`);
    enter('192.168.1.20', 'camera', true);
    for (let index = 0; index < 100; index++) enter(`198.51.100.${index}`, 'attacker');
    assert.ok(!displaced.includes('camera'));
  });

  test('so has a network with a successful authentication before', () => {
    enter('2001:db8:5:5::1').authenticated();
    enter('2001:db8:5:5::2', 'camera');
    enter('2001:db8:5:6::1', 'its neighbour');
    for (let index = 0; index < 100; index++) enter(`198.51.100.${index}`, 'attacker');
    nowUs += SECOND_US;
    for (let index = 0; index < 100; index++) enter(`198.51.100.${index}`, 'attacker');
    assert.ok(!displaced.includes('camera'));
    assert.ok(displaced.includes('its neighbour'), 'the next /64 is another network');
  });

  test('a known network cannot take all places of the others', () => {
    fill(() => '192.168.1.66', true);
    enter('192.168.1.20', 'camera', true);
    assert.deepEqual(displaced, ['filler 0']);
  });

  test('at most 1024 known networks are kept: the least recent is forgotten', () => {
    for (let index = 0; index < 1024; index++) enter(known(index)).authenticated();
    enter(known(0)).authenticated();
    enter('203.0.113.1').authenticated();
    fill((index) => `192.0.2.${index}`);
    for (const index of [0, 2]) enter(known(index));
    assert.deepEqual(displaced, []);
    enter(known(1));
    assert.equal(displaced.length, 1);
  });
});
