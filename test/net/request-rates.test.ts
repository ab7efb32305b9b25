import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { RequestRates } from '../../server/net/request-rates.ts';

const SECOND_US = 1_000_000;
const admitted = (rates: RequestRates, network: string, times: number, nowUs: number): number =>
  Array.from({ length: times }, () => rates.admit(network, nowUs)).filter(Boolean).length;

suite('request rates', () => {
  test('a network has a burst, then its rate, whatever others send', () => {
    const rates = new RequestRates({ perSecond: 100, burst: 400 });
    assert.equal(admitted(rates, 'a', 1000, 0), 400);
    assert.equal(admitted(rates, 'b', 10, 0), 10);
    assert.equal(admitted(rates, 'a', 1000, SECOND_US), 100);
  });

  test('a network silent until its burst is complete again is forgotten, and not before', () => {
    const rates = new RequestRates({ perSecond: 100, burst: 400 });
    rates.admit('a', 0);
    rates.admit('b', 3.9 * SECOND_US);
    assert.equal(rates.networkCount, 2);
    rates.admit('b', 4 * SECOND_US);
    assert.equal(rates.networkCount, 1);
  });

  test('the table is bounded: the network silent for longest is removed', () => {
    const rates = new RequestRates({ perSecond: 1, burst: 2, maxNetworks: 3 });
    assert.equal(admitted(rates, 'a', 3, 0), 2);
    for (const network of ['b', 'c', 'a', 'd']) rates.admit(network, 1);
    assert.equal(rates.networkCount, 3);
    assert.equal(rates.admit('a', 2), false, 'a is still known');
  });
});
