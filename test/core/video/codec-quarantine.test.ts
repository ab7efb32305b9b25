import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { CodecQuarantine, type CodecDeath } from '../../../server/core/video/codec-quarantine.ts';

const OPTIONS = {
  maxDeaths: 2,
  deathWindowMs: 60_000,
  confineMs: 60_000,
  asideMs: 60_000,
  otherSizeAfterMs: 10_000,
  maxMs: 3_600_000,
  forgetAfterMs: 86_400_000,
};
const VGA = { width: 640, height: 480 };
const SVGA = { width: 800, height: 600 };

/** The suspicion with its own clock, in seconds. */
class Case {
  readonly quarantine = new CodecQuarantine(OPTIONS);
  second = 0;

  dies(cameraId: string | undefined, death: Partial<CodecDeath> = {}): void {
    const size = cameraId === undefined ? undefined : VGA;
    const confined = cameraId !== undefined && this.quarantine.standing(cameraId) === 'confined';
    this.quarantine.onDeath({ cameraId, size, confined, external: false, ...death }, this.second * 1e6);
  }

  /** @returns the cameras released meanwhile, with the second */
  waits(seconds: number): string[] {
    const released: string[] = [];
    for (const end = this.second + seconds; this.second < end;) {
      this.second++;
      for (const cameraId of this.quarantine.release(this.second * 1e6))
        released.push(`${this.second} ${cameraId}`);
    }
    return released;
  }

  picture(cameraId: string, size: { width: number; height: number }): boolean {
    return this.quarantine.onPicture(cameraId, size, this.second * 1e6);
  }

  standings(...cameraIds: string[]): string[] {
    return cameraIds.map((cameraId) => this.quarantine.standing(cameraId));
  }

  setAside(cameraId: string): void {
    for (let death = 0; death < 3; death++) this.dies(cameraId);
    assert.equal(this.quarantine.standing(cameraId), 'aside');
  }
}

suite('suspicion', () => {
  test('the camera whose picture was in work is confined, the others are not', () => {
    const c = new Case();
    c.dies('a');
    assert.deepEqual(c.standings('a', 'b'), ['confined', 'trusted']);
  });

  test('a death with nothing in work makes no camera a suspect', () => {
    const c = new Case();
    for (let death = 0; death < 100; death++) c.dies(undefined);
    assert.deepEqual(c.quarantine.camerasWith('confined'), []);
  });

  test('a process killed from outside makes no camera a suspect, whatever was in work', () => {
    const c = new Case();
    for (let death = 0; death < 100; death++) c.dies('a', { external: true });
    assert.deepEqual(c.standings('a'), ['trusted']);
    c.dies('a');
    for (let death = 0; death < 100; death++) c.dies('a', { external: true });
    assert.deepEqual(c.standings('a'), ['confined']);
  });

  test('a suspect is trusted again after a minute without a death', () => {
    const c = new Case();
    c.dies('a');
    assert.deepEqual(c.waits(100), ['60 a']);
    assert.deepEqual(c.standings('a'), ['trusted']);
  });

  test('each repeated confinement lasts twice as long, up to an hour', () => {
    const c = new Case();
    const minutes = Array.from({ length: 9 }, () => {
      c.dies('a');
      const from = c.second;
      const [released = ''] = c.waits(3_600);
      return (Number(released.split(' ')[0]) - from) / 60;
    });
    assert.deepEqual(minutes, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
  });

  test('a day without a death resets the history', () => {
    const c = new Case();
    c.setAside('a');
    c.waits(2 * 86_400);
    assert.equal(c.quarantine.timesAside('a'), 0);
    c.dies('a');
    const from = c.second;
    assert.deepEqual(c.waits(100), [`${from + 60} a`]);
  });
});

suite('setting aside', () => {
  test('two deaths in a row in confinement set a camera aside, the one before does not count', () => {
    const c = new Case();
    c.dies('a');
    c.dies('a');
    assert.deepEqual(c.standings('a'), ['confined']);
    c.dies('a');
    assert.deepEqual(c.standings('a'), ['aside']);
    assert.equal(c.quarantine.timesAside('a'), 1);
  });

  test('successful pictures in between do not matter, a minute does', () => {
    const c = new Case();
    c.dies('a');
    c.dies('a');
    c.waits(59);
    c.dies('a');
    assert.deepEqual(c.standings('a'), ['aside']);
    const later = new Case();
    later.dies('a');
    later.waits(59);
    later.dies('a');
    later.waits(60);
    later.dies('a', { confined: true });
    assert.deepEqual(later.standings('a'), ['confined']);
  });

  for (const [what, between] of [
    ['with nothing in work', (c: Case) => c.dies(undefined)],
    ['by somebody else', (c: Case) => c.dies('a', { external: true })],
    ['of another camera', (c: Case) => c.dies('b')],
  ] as const) {
    test(`a death ${what} in between breaks the row`, () => {
      const c = new Case();
      c.dies('a');
      for (let death = 0; death < 20; death++) {
        c.dies('a', { confined: true });
        between(c);
      }
      assert.deepEqual(c.quarantine.camerasWith('aside'), []);
    });
  }

  test('deaths of several cameras in turn set none aside', () => {
    const c = new Case();
    for (let death = 0; death < 60; death++) c.dies(['a', 'b', 'c'][death % 3]);
    assert.deepEqual(c.standings('a', 'b', 'c'), ['confined', 'confined', 'confined']);
  });

  test('a camera set aside is tried again, confined, and waits twice as long each time', () => {
    const c = new Case();
    c.setAside('a');
    const waits = Array.from({ length: 8 }, () => {
      const from = c.second;
      while (c.quarantine.standing('a') === 'aside') c.waits(1);
      assert.deepEqual(c.standings('a'), ['confined']);
      c.dies('a');
      c.dies('a');
      assert.deepEqual(c.standings('a'), ['aside']);
      return (c.second - from) / 60;
    });
    assert.deepEqual(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
  });

  test('a camera set aside without further deaths is trusted again', () => {
    const c = new Case();
    c.setAside('a');
    assert.deepEqual(c.waits(200), ['60 a', '120 a']);
    assert.deepEqual(c.standings('a'), ['trusted']);
  });

  test('pictures of another size are tried at once, but not within ten seconds', () => {
    const c = new Case();
    c.setAside('a');
    c.waits(9);
    assert.equal(c.picture('a', SVGA), false);
    c.waits(1);
    assert.equal(c.picture('a', VGA), false);
    assert.equal(c.picture('a', SVGA), true);
    assert.deepEqual(c.standings('a'), ['confined']);
    assert.equal(c.picture('a', VGA), false);
  });

  test('a removed camera is forgotten', () => {
    const c = new Case();
    c.setAside('a');
    c.quarantine.forget('a');
    assert.deepEqual(c.standings('a'), ['trusted']);
    assert.deepEqual(c.waits(100), []);
  });
});
