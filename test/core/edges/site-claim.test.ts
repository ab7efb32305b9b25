import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ASK_US, LAPSE_US, REPEAT_US, SiteClaim, type Claim } from '../../../server/core/edges/site-claim.ts';
import { EdgeRoster, HELLO_MS, MAX_EDGES } from '../../../server/core/edges/edge-roster.ts';

/** Servers of one name, which hear each other unless they are cut off. */
class Servers {
  nowUs = 0;
  readonly #claims = new Map<string, SiteClaim>();
  readonly #cutOff = new Set<string>();

  add(instance: string): SiteClaim {
    const claim = new SiteClaim(instance, (said) => this.#pass(instance, said));
    this.#claims.set(instance, claim);
    claim.connected(this.nowUs);
    return claim;
  }

  remove(instance: string): void {
    this.#claims.delete(instance);
  }

  cutOff(instance: string, isCutOff: boolean): void {
    if (isCutOff) this.#cutOff.add(instance);
    else this.#cutOff.delete(instance);
    const claim = this.#claims.get(instance);
    if (isCutOff) claim?.disconnected();
    else claim?.connected(this.nowUs);
  }

  pass(us: number): void {
    for (let left = us; left > 0; left -= 250_000) {
      this.nowUs += Math.min(left, 250_000);
      for (const claim of this.#claims.values()) claim.tick(this.nowUs);
    }
  }

  #pass(from: string, said: Claim): void {
    if (this.#cutOff.has(from)) return;
    for (const [instance, claim] of this.#claims)
      if (!this.#cutOff.has(instance)) claim.heard(said, this.nowUs);
  }
}

suite('a claim to a site’s name', () => {
  test('is held by the first alone, after it has asked', () => {
    const servers = new Servers();
    const first = servers.add('b');
    assert.equal(first.state, 'asking');
    servers.pass(ASK_US);
    assert.equal(first.state, 'holding');
    for (const instance of ['a', 'c']) {
      const late = servers.add(instance);
      servers.pass(ASK_US);
      assert.deepEqual([first.state, late.state], ['holding', 'refused'], instance);
    }
    servers.pass(10 * LAPSE_US);
    assert.equal(first.state, 'holding');
  });

  test('is held by one of two that begin together', () => {
    const servers = new Servers();
    const [a, b] = [servers.add('a'), servers.add('b')];
    servers.pass(10 * REPEAT_US);
    assert.deepEqual([a.state, b.state], ['holding', 'refused']);
  });

  test('passes to one that waits when its holder is gone', () => {
    const servers = new Servers();
    servers.add('a');
    servers.pass(ASK_US);
    const b = servers.add('b');
    servers.pass(REPEAT_US);
    assert.equal(b.state, 'refused');
    servers.remove('a');
    servers.pass(LAPSE_US + ASK_US);
    assert.equal(b.state, 'holding');
  });

  test('is kept over a lost connection, and given up by one of two that held it apart', () => {
    const servers = new Servers();
    const a = servers.add('a');
    servers.pass(ASK_US);
    servers.cutOff('a', true);
    servers.pass(LAPSE_US);
    assert.equal(a.state, 'holding');
    const b = servers.add('b');
    servers.pass(ASK_US);
    assert.equal(b.state, 'holding', 'it cannot hear the other');
    servers.cutOff('a', false);
    servers.pass(REPEAT_US);
    assert.deepEqual([a.state, b.state], ['holding', 'refused']);
  });
});

const heard = (roster: EdgeRoster, nowUs: number) =>
  roster.list(nowUs).map(({ name, status }) => `${name} ${status}`);

suite('the roster of edges', () => {
  test('an edge is connected while it says so, and has the version that it speaks', () => {
    const roster = new EdgeRoster();
    roster.hear('paris', '0.2.0', 0);
    roster.hear('oslo', undefined, 0);
    assert.deepEqual(heard(roster, 0), ['oslo otherVersion', 'paris connected']);
    roster.hear('oslo', '0.2.0', 1);
    assert.deepEqual(heard(roster, 3 * HELLO_MS * 1000), ['oslo connected', 'paris silent']);
  });

  test('a dropped edge stays dropped whatever it says, until it is admitted again', () => {
    const roster = new EdgeRoster(['paris']);
    roster.hear('paris', '0.2.0', 0);
    assert.deepEqual([roster.isAdmitted('paris'), heard(roster, 0)], [false, ['paris dropped']]);
    roster.setDropped('paris', false);
    assert.deepEqual([roster.isAdmitted('paris'), heard(roster, 0)], [true, ['paris connected']]);
    roster.setDropped('paris', true);
    assert.deepEqual(roster.dropped, ['paris']);
  });

  test('more names than the limit make it no longer', () => {
    const roster = new EdgeRoster(['paris']);
    for (let index = 0; index <= MAX_EDGES; index++) roster.hear(`edge-${index}`, '1', index);
    assert.equal(roster.list(0).length, MAX_EDGES + 1);
    assert.deepEqual(
      [roster.has('edge-0'), roster.has(`edge-${MAX_EDGES}`), roster.has('paris')],
      [false, true, true],
    );
  });
});
