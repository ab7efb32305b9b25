import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { FairPlaces, type FairPlacesOptions, type Replaceable } from '../../server/net/fair-places.ts';

/**
 * Enters holders by name, and records those that are told to give way. They wait for their clients unless the test says
 * otherwise.
 */
function hall(options: FairPlacesOptions) {
  const places = new FairPlaces(options);
  const gone: string[] = [];
  const willing = new Map<string, Replaceable>();
  const enter = (network: string, name = network): (() => void) | undefined =>
    places.enter(network, {
      replaceable: () => willing.get(name) ?? 'yes',
      onReplaced: () => gone.push(name),
    });
  return { places, gone, willing, enter };
}

suite('fair places', () => {
  test('with room for all none is replaced, and a place is released once', () => {
    const { places, gone, enter } = hall({ total: 2 });
    const leave = enter('a');
    enter('b');
    leave?.();
    leave?.();
    assert.equal(places.taken, 1);
    enter('c');
    assert.deepEqual([places.taken, gone], [2, []]);
  });

  test('when all are taken, a new network replaces the oldest holder of the network with the most places', () => {
    const { places, gone, enter } = hall({ total: 4 });
    enter('house', 'camera');
    for (const name of ['flood 1', 'flood 2', 'flood 3']) enter('192.0.2.1', name);
    assert.ok(enter('another'));
    assert.deepEqual(gone, ['flood 1']);
    assert.equal(places.taken, 4);
    assert.deepEqual(places.counters, { refused: 0, displaced: 1 });
  });

  test('a holder that is being served is never replaced', () => {
    const { gone, willing, enter, places } = hall({ total: 2 });
    enter('a', 'watching');
    enter('a', 'waiting');
    willing.set('watching', 'no');
    assert.ok(enter('b'));
    assert.deepEqual(gone, ['waiting']);
    willing.set('b', 'no');
    assert.equal(enter('c'), undefined);
    assert.equal(places.counters.refused, 1);
  });

  test('a network at its limit replaces its own holder, also while others have room', () => {
    const { gone, enter, places } = hall({ total: 10, perNetwork: 2 });
    enter('b');
    enter('a', 'oldest');
    enter('a', 'newer');
    assert.ok(enter('a', 'newest'));
    assert.deepEqual([gone, places.taken], [['oldest'], 3]);
  });

  test('a holder being worked for is replaced only by a site that has fewer places, even afterwards', () => {
    const { gone, enter, willing } = hall({ total: 4, perNetwork: 3 });
    for (const name of ['a1', 'a2', 'a3', 'b1', 'b2']) willing.set(name, 'toFewer');
    for (const name of ['a1', 'a2', 'a3']) enter('a', name);
    assert.equal(enter('a', 'a4'), undefined);
    enter('b', 'b1');
    assert.ok(enter('b', 'b2'));
    assert.deepEqual(gone, ['a1']);
    assert.equal(enter('b', 'b3'), undefined);
    assert.equal(enter('a', 'a5'), undefined);
  });

  test('a holder that only waits for its client is replaced before one being worked for', () => {
    const { gone, enter, willing } = hall({ total: 4 });
    for (const name of ['a1', 'a2', 'a3']) {
      willing.set(name, 'toFewer');
      enter('a', name);
    }
    enter('b', 'idle');
    assert.ok(enter('c'));
    assert.deepEqual(gone, ['idle']);
  });

  test('a subscriber with one place from each of many IPv6 networks is one site', () => {
    const { gone, enter } = hall({ total: 5 });
    for (const name of ['house 1', 'house 2']) enter('2001:db8:aaaa:1::/64', name);
    for (const last of [1, 2, 3]) enter(`2001:db8:bbbb:${last}::/64`, `flood ${last}`);
    enter('192.0.2.1', 'newcomer');
    assert.deepEqual(gone, ['flood 1']);
  });

  test('busy holders in front do not hide idle ones forever', () => {
    const { enter, willing, gone } = hall({ total: 600 });
    for (let index = 0; index < 600; index++) {
      enter(`network ${index}`, String(index));
      if (index < 590) willing.set(String(index), 'no');
    }
    const tries = Array.from({ length: 3 }, (_, index) => enter('late', `late ${index}`) !== undefined);
    assert.deepEqual(tries, [false, false, true], 'each attempt searches further');
    assert.deepEqual(gone, ['590']);
  });
});
