import assert from 'node:assert/strict';
import { mock, suite, test } from 'node:test';
import { Emitter } from '../../../client/emitter.ts';
import { ServerAway } from '../../../client/signaling/server-away.ts';
import type { SignalingClientEvents, SignalingState } from '../../../client/signaling/signaling-client.ts';

class Signaling extends Emitter<SignalingClientEvents> {
  become(state: SignalingState): void {
    this.emit('state', state);
  }
}

suite('server away', () => {
  test('a gap that is over at once does not count, a longer one does until the server is back', (context) => {
    mock.timers.enable({ apis: ['setTimeout'] });
    context.after(() => mock.timers.reset());
    const signaling = new Signaling();
    const away = new ServerAway(signaling);
    const told: boolean[] = [];
    away.on('change', (isAway) => told.push(isAway));
    signaling.become('waiting');
    mock.timers.tick(1_000);
    signaling.become('connecting');
    signaling.become('open');
    mock.timers.tick(5_000);
    assert.deepEqual([away.isAway, away.forMs, told], [false, 0, []]);
    signaling.become('waiting');
    mock.timers.tick(1_300);
    signaling.become('connecting');
    assert.equal(away.isAway, true);
    assert.ok(away.forMs >= 0);
    signaling.become('open');
    assert.deepEqual(told, [true, false]);
    signaling.become('waiting');
    mock.timers.tick(1_300);
    // Signed out: the server is not asked any longer.
    signaling.become('stopped');
    assert.equal(away.isAway, false);
  });
});
