/** The validated paths of one viewer, on the test's own sockets. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IceLiteAgent } from '../../server/sfu/ice-lite-agent.ts';
import { IceUsers } from '../../server/sfu/ice-users.ts';
import type { Path } from '../../server/sfu/path.ts';
import { connectivityCheck } from '../support/node-viewer.ts';

const MAX_PATHS = 8;

function setUp() {
  const agent = new IceLiteAgent(new IceUsers(), () => 0);
  /** The ports of the paths that the agent has claimed and not released. */
  const claimed = new Set<number>();
  const path = (port: number): Path => ({
    kind: 'udp',
    address: '192.0.2.1',
    port,
    send: () => undefined,
    claim: () => claimed.add(port),
    release: () => claimed.delete(port),
  });
  const paths = Array.from({ length: 2 * MAX_PATHS }, (_, index) => path(index + 1));
  const check = (port: number, nominate = false): void => {
    const from = paths[port - 1];
    assert.ok(from);
    agent.onBindingRequest(connectivityCheck(agent.parameters, { nominate }), from);
  };
  return { agent, claimed, check };
}

test('a viewer has at most 8 paths: the least recently used is dropped, never the selected one', () => {
  const { agent, claimed, check } = setUp();
  check(1, true);
  for (let port = 2; port <= MAX_PATHS; port++) check(port);
  check(2);
  check(9);
  assert.deepEqual([...claimed], [1, 2, 4, 5, 6, 7, 8, 9], '3 was used longest ago of those not selected');
  for (let port = 10; port <= 2 * MAX_PATHS; port++) check(port);
  assert.equal(claimed.size, MAX_PATHS);
  assert.ok(claimed.has(1));
  assert.equal(agent.selected?.port, 1);
  agent.close();
});

test('closing releases every path', () => {
  const { agent, claimed, check } = setUp();
  for (let port = 1; port <= 5; port++) check(port);
  agent.close();
  assert.deepEqual([...claimed], []);
  assert.equal(agent.send(Buffer.from('media')), false);
});
