import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { NatMapping } from '../../../server/core/reach/nat-mapping.ts';
import type { TransportAddress } from '../../../server/core/stun-turn/stun-address.ts';

const ONE = '9.9.9.1';
const OTHER = '9.9.9.2';
const SEEN = { address: '51.15.7.2', port: 8081 };

/** @param answers by server */
function round(mapping: NatMapping, answers: Readonly<Record<string, TransportAddress>>): void {
  for (const [server, seen] of Object.entries(answers)) mapping.answered(server, seen);
  mapping.endRound();
}

function mappingAfter(...rounds: Readonly<Record<string, TransportAddress>>[]): NatMapping {
  const mapping = new NatMapping();
  for (const answers of rounds) round(mapping, answers);
  return mapping;
}

function assertIs(mapping: NatMapping, state: NatMapping['state'], address?: TransportAddress): void {
  assert.equal(mapping.state, state);
  assert.deepEqual(mapping.address, address);
}

suite('the mapped address', () => {
  test('is verified when two servers see the same one', () => {
    assertIs(mappingAfter({ [ONE]: SEEN, [OTHER]: SEEN }), 'verified', SEEN);
  });

  test('is none when they see different ports or addresses: the NAT is symmetric', () => {
    for (const seen of [
      { ...SEEN, port: 40_000 },
      { ...SEEN, address: '51.15.7.9' },
    ])
      assertIs(mappingAfter({ [ONE]: SEEN, [OTHER]: seen }), 'symmetric');
  });

  test('is unverified when one server answers, however often it does', () => {
    assertIs(mappingAfter({ [ONE]: SEEN }, { [ONE]: SEEN }), 'unverified', SEEN);
    const mapping = new NatMapping();
    mapping.answered(ONE, SEEN);
    mapping.answered(ONE, SEEN);
    mapping.endRound();
    assertIs(mapping, 'unverified', SEEN);
  });

  test('is unknown before the end of the first round, and when no server answers', () => {
    const mapping = new NatMapping();
    mapping.answered(ONE, SEEN);
    assertIs(mapping, 'unknown');
    assertIs(mappingAfter({}), 'unknown');
  });

  test('is not one that only a server in the same network, or behind another NAT, sees', () => {
    for (const address of ['192.168.1.10', '100.64.3.4', '127.0.0.1', 'no address'])
      assertIs(mappingAfter({ [ONE]: { address, port: 8081 } }), 'unknown');
    const inside = { address: '192.168.1.10', port: 8081 };
    assertIs(mappingAfter({ [ONE]: SEEN, [OTHER]: inside }), 'unverified', SEEN);
  });
});

suite('when the line changes', () => {
  const moved = { address: '51.15.7.200', port: 8081 };

  test('a new address that both servers see in one round is verified, not symmetric', () => {
    const rounds = [SEEN, moved].map((seen) => ({ [ONE]: seen, [OTHER]: seen }));
    assertIs(mappingAfter(...rounds), 'verified', moved);
  });

  test('a new address that one server sees is unverified', () => {
    assertIs(mappingAfter({ [ONE]: SEEN, [OTHER]: SEEN }, { [ONE]: moved }), 'unverified', moved);
  });

  test('a symmetric NAT stays so while one server answers, until the address is another', () => {
    const other = { ...SEEN, port: 40_000 };
    const mapping = mappingAfter({ [ONE]: SEEN, [OTHER]: other }, { [OTHER]: { ...SEEN, port: 40_001 } });
    assertIs(mapping, 'symmetric');
    round(mapping, { [ONE]: moved });
    assertIs(mapping, 'unverified', moved);
  });

  test('a verified address stays so while one server still sees it, and over lost rounds', () => {
    const mapping = mappingAfter({ [ONE]: SEEN, [OTHER]: SEEN }, { [OTHER]: SEEN }, {}, {}, {});
    assertIs(mapping, 'verified', SEEN);
    round(mapping, {});
    assertIs(mapping, 'unknown');
  });
});

/** Viewers of different networks, one after the other. */
const failing = (mapping: NatMapping, ...outcomes: boolean[]): void => {
  for (const [index, cameThrough] of outcomes.entries()) mapping.viewerTried(`9.8.7.${index}`, cameThrough);
};

suite('an unverified address', () => {
  test('is withdrawn after viewers of three networks in a row did not get through', () => {
    const mapping = mappingAfter({ [ONE]: SEEN });
    failing(mapping, false, false, true, false, false);
    assertIs(mapping, 'unverified', SEEN);
    mapping.viewerTried('7.7.7.7', false);
    assertIs(mapping, 'withdrawn');
    round(mapping, { [ONE]: SEEN });
    assertIs(mapping, 'withdrawn');
  });

  test('is not withdrawn by viewers of one or two networks, however often they fail', () => {
    const mapping = mappingAfter({ [ONE]: SEEN });
    for (let viewer = 1; viewer < 100; viewer++) {
      mapping.viewerTried('9.8.7.6', false);
      mapping.viewerTried(`2a01:db9:1:${viewer}::1`, false);
    }
    assertIs(mapping, 'unverified', SEEN);
  });

  test('is tried again after an hour, with the failures counted anew', () => {
    const mapping = mappingAfter({ [ONE]: SEEN });
    failing(mapping, false, false, false);
    for (let minute = 0; minute < 59; minute++) {
      for (let each = 0; each < 4; each++) round(mapping, { [ONE]: SEEN });
      assertIs(mapping, 'withdrawn');
    }
    for (let each = 0; each < 4; each++) round(mapping, { [ONE]: SEEN });
    assertIs(mapping, 'unverified', SEEN);
    failing(mapping, false, false);
    assertIs(mapping, 'unverified', SEEN);
  });

  test('comes back when it is another one, or two servers see it', () => {
    const moved = { ...SEEN, port: 9000 };
    for (const answers of [{ [ONE]: moved }, { [ONE]: moved, [OTHER]: moved }]) {
      const mapping = mappingAfter({ [ONE]: SEEN });
      failing(mapping, false, false, false);
      round(mapping, answers);
      assert.deepEqual(mapping.address, moved);
      failing(mapping, false, false);
      assert.deepEqual(mapping.address, moved, 'the failures are counted anew');
    }
  });

  test('that two servers have verified is not withdrawn: those viewers have NATs of their own', () => {
    const mapping = mappingAfter({ [ONE]: SEEN, [OTHER]: SEEN });
    failing(mapping, false, false, false, false);
    assertIs(mapping, 'verified', SEEN);
  });
});
