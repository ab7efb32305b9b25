import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { PunchTargets } from '../../../server/core/reach/punch-targets.ts';
import type { TransportAddress } from '../../../server/core/stun-turn/stun-address.ts';

const VIEWER = '9.8.7.6';
const STRANGER = '1.2.3.4';
const SECOND = 1_000_000;

function targetsOf(viewerAddress = VIEWER): PunchTargets {
  return new PunchTargets(viewerAddress, (address) => address.startsWith('192.168.1.'));
}

/** Sends what is due, every 50 ms. @returns when each datagram to each address was sent, ms */
function sentBetween(targets: PunchTargets, fromUs: number, toUs: number): Record<string, number[]> {
  const sent: Record<string, number[]> = {};
  for (let nowUs = fromUs; nowUs <= toUs; nowUs += 50_000) {
    for (const target of targets.due(nowUs)) {
      (sent[`${target.address} ${target.port}`] ??= []).push(nowUs / 1000);
      targets.sent(target, nowUs);
    }
  }
  return sent;
}

const at = (address: string, port = 40_000): TransportAddress => ({ address, port });

suite('datagrams', () => {
  test('to the address from which the page signals: five within three seconds', () => {
    const targets = targetsOf();
    assert.equal(targets.claim(at(VIEWER), 0), 'accepted');
    assert.deepEqual(sentBetween(targets, 0, 60 * SECOND), {
      [`${VIEWER} 40000`]: [0, 200, 600, 1400, 3000],
    });
    assert.equal(targets.nextUs, undefined);
  });

  test('to any other address: one', () => {
    const targets = targetsOf();
    targets.claim(at(STRANGER), 0);
    assert.deepEqual(sentBetween(targets, 0, 60 * SECOND), { [`${STRANGER} 40000`]: [0] });
  });

  test('to another address go on after an authentic check from there', () => {
    const targets = targetsOf();
    targets.claim(at(STRANGER), 0);
    sentBetween(targets, 0, SECOND);
    targets.onCheck({ kind: 'udp', ...at(VIEWER) }, SECOND);
    assert.deepEqual(sentBetween(targets, SECOND, 2 * SECOND), {});
    targets.onCheck({ kind: 'udp', ...at(STRANGER, 50_000) }, 2 * SECOND);
    assert.equal(sentBetween(targets, 2 * SECOND, 60 * SECOND)[`${STRANGER} 40000`]?.length, 4);
  });

  test('to an address of the other family go on after any authentic check of the viewer', () => {
    const targets = targetsOf('2a01:db9::6');
    targets.claim(at(STRANGER), 0);
    assert.equal(sentBetween(targets, 0, SECOND)[`${STRANGER} 40000`]?.length, 1);
    targets.onCheck({ kind: 'tcp', ...at('2a01:db9::6') }, SECOND);
    assert.equal(sentBetween(targets, SECOND, 9 * SECOND)[`${STRANGER} 40000`]?.length, 4);
    targets.claim(at('1.2.3.5'), 10 * SECOND);
    assert.equal(sentBetween(targets, 10 * SECOND, 20 * SECOND)['1.2.3.5 40000']?.length, 5);
  });

  test('end when a check comes directly from there', () => {
    const targets = targetsOf();
    targets.claim(at(VIEWER), 0);
    sentBetween(targets, 0, 200_000);
    targets.onCheck({ kind: 'udp', ...at(VIEWER) }, 300_000);
    assert.deepEqual(sentBetween(targets, 300_000, 60 * SECOND), {});
  });

  test('to the address that the relay shows for a check are sent without a claim', () => {
    const targets = targetsOf();
    targets.onCheck({ kind: 'relay', ...at(VIEWER) }, 0);
    assert.equal(sentBetween(targets, 0, 60 * SECOND)[`${VIEWER} 40000`]?.length, 5);
  });

  test('are not sent to relays of the viewer, whose checks come by the relay too', () => {
    const targets = targetsOf();
    for (let port = 50_000; port < 50_003; port++)
      targets.onCheck({ kind: 'relay', ...at(STRANGER, port) }, 0);
    assert.deepEqual(sentBetween(targets, 0, 60 * SECOND), {});
    assert.equal(targets.state, 'silent');
  });

  test('that found no room are not sent once the browser has given up', () => {
    const targets = targetsOf();
    targets.claim(at(VIEWER), 0);
    for (const target of targets.due(0)) targets.deferred(target, 16 * SECOND);
    assert.deepEqual(sentBetween(targets, 0, 60 * SECOND), {});
    assert.equal(targets.nextUs, undefined);
  });
});

suite('a claim is refused', () => {
  test('for each address that is not a public unicast address', () => {
    const foreign = ['10.0.0.1', '127.0.0.1', '169.254.169.254', '224.0.0.1', '255.255.255.255', '0.0.0.0'];
    const foreign6 = [
      '::1',
      'fe80::1',
      'ff02::1',
      'fd00::1',
      '64:ff9b::a00:1',
      '::ffff:10.0.0.1',
      '2002:a00:1::',
    ];
    for (const address of [...foreign, ...foreign6, 'viewer.example', ''])
      assert.equal(targetsOf().claim(at(address), 0), 'foreign', address);
  });

  test('for a private address outside the networks of the server, and not within', () => {
    assert.equal(targetsOf().claim(at('192.168.1.20'), 0), 'accepted');
    assert.equal(targetsOf().claim(at('192.168.2.20'), 0), 'foreign');
  });

  test('for a port below 1024', () => {
    assert.equal(targetsOf().claim(at(VIEWER, 1023), 0), 'reservedPort');
    assert.equal(targetsOf().claim(at(VIEWER, 1024), 0), 'accepted');
  });

  test('for a fifth address, whether told by the viewer or shown by the relay', () => {
    const targets = targetsOf();
    for (let port = 40_000; port < 40_004; port++)
      assert.equal(targets.claim(at(VIEWER, port), 0), 'accepted');
    assert.equal(targets.claim(at(VIEWER, 40_004), 0), 'tooMany');
    targets.onCheck({ kind: 'relay', ...at(VIEWER, 40_005) }, 0);
    assert.equal(Object.keys(sentBetween(targets, 0, 60 * SECOND)).length, 4);
  });

  test('for an address that is known in another spelling', () => {
    const targets = targetsOf();
    assert.equal(targets.claim(at(`::ffff:${VIEWER}`), 0), 'accepted');
    assert.equal(targets.claim(at(VIEWER), 0), 'known');
  });
});

suite('a viewer', () => {
  test('for whom nothing was sent has neither come through nor failed', () => {
    const targets = targetsOf();
    targets.onCheck({ kind: 'udp', ...at(VIEWER) }, 0);
    assert.equal(targets.verdict(60 * SECOND), undefined);
  });

  test('has come through with a check from a target, and failed ten seconds after the first datagram', () => {
    for (const kind of ['udp', 'relay'] as const) {
      const targets = targetsOf();
      targets.claim(at(VIEWER), 0);
      sentBetween(targets, 0, SECOND);
      assert.equal(targets.verdict(9 * SECOND), undefined);
      targets.onCheck({ kind, ...at(VIEWER) }, 9 * SECOND);
      assert.equal(targets.verdict(10 * SECOND), kind === 'udp' ? 'cameThrough' : 'failed');
    }
  });

  test('says nothing about the mapped address when it could not use it, or had no need to', () => {
    const claims: Record<string, (targets: PunchTargets) => void> = {
      'came by IPv6': (targets) => {
        targets.claim(at(VIEWER), 0);
        targets.onCheck({ kind: 'udp', ...at('2a01:db9::6') }, SECOND);
      },
      'has a symmetric NAT': (targets) => {
        for (const port of [40_000, 40_001]) targets.claim(at(VIEWER, port), 0);
      },
      'named only somebody else’s address': (targets) => void targets.claim(at(STRANGER), 0),
      'named only an IPv6 address': (targets) => void targets.claim(at('2a01:db9::6'), 0),
    };
    for (const [name, claim] of Object.entries(claims)) {
      const targets = targetsOf();
      claim(targets);
      sentBetween(targets, 0, 5 * SECOND);
      assert.equal(targets.verdict(9 * SECOND), undefined, name);
      assert.equal(targets.verdict(10 * SECOND), 'unclear', name);
    }
  });
});

suite('a viewer is', () => {
  test('silent without an address, then waiting, then open', () => {
    const targets = targetsOf();
    assert.equal(targets.state, 'silent');
    targets.claim(at(VIEWER), 0);
    assert.equal(targets.state, 'waiting');
    targets.onCheck({ kind: 'udp', ...at(VIEWER) }, 0);
    assert.equal(targets.state, 'open');
  });

  test('behind a symmetric NAT when the relay shows another port than the STUN server did', () => {
    const targets = targetsOf();
    targets.claim(at(VIEWER), 0);
    targets.onCheck({ kind: 'relay', ...at(VIEWER, 50_000) }, 0);
    assert.equal(targets.state, 'symmetric');
  });

  test('open when a check comes directly from another port of its address', () => {
    const targets = targetsOf();
    targets.claim(at(VIEWER), 0);
    targets.onCheck({ kind: 'udp', ...at(VIEWER, 50_000) }, 0);
    assert.equal(targets.state, 'open');
  });
});
