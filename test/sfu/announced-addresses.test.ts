import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AnnouncedAddresses } from '../../server/sfu/announced-addresses.ts';
import { createLog } from '../../server/log.ts';

const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

test('addresses stay in order, and names are replaced by their addresses, or left out', async () => {
  const announced = new AnnouncedAddresses(
    ['192.0.2.1', 'localhost', 'does-not-exist.invalid'],
    createLog('silent'),
  );
  assert.deepEqual(announced.current, ['192.0.2.1'], 'an unresolved name is left out');
  await announced.start();
  const [first, ...rest] = announced.current;
  assert.equal(first, '192.0.2.1');
  assert.ok(rest.some((address) => address === '127.0.0.1' || address === '::1'));
  announced.close();
});

test('closing during a look-up leaves no timer behind', async () => {
  const before = timers();
  const announced = new AnnouncedAddresses(['localhost'], createLog('silent'));
  const started = announced.start();
  announced.close();
  await started;
  assert.equal(timers(), before);
});
