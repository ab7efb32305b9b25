import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { suite, test } from 'node:test';
import { VigieError } from '../../server/errors.ts';
import type { StoreCall, WriteKind } from '../../server/store/work.ts';
import { WriteQueue, type Writer } from '../../server/store/write-queue.ts';

type Outcomes = Awaited<ReturnType<Writer['write']>>;

/** A writer that answers when the test says so, and a clock that stands still. */
class Desk {
  nowMs = 0;
  readonly lost: string[] = [];
  readonly batches: { names: string[]; answer: PromiseWithResolvers<Outcomes> }[] = [];
  readonly queue: WriteQueue;

  constructor(capacity?: number) {
    this.queue = new WriteQueue({
      writer: {
        write: (calls) => {
          const answer = Promise.withResolvers<Outcomes>();
          this.batches.push({ names: calls.map(({ method }) => method), answer });
          return answer.promise;
        },
      },
      onLost: ({ method }) => this.lost.push(method),
      nowMs: () => this.nowMs,
      ...(capacity !== undefined && { capacity }),
    });
  }

  /** @returns the outcome, as a word */
  async add(kind: WriteKind, method: string): Promise<string> {
    const call: StoreCall = { store: 'test', method, args: [] };
    return this.queue.add(kind, call).then(String, (error: unknown) => {
      return error instanceof VigieError ? error.code : String(error);
    });
  }

  get newest() {
    return this.batches.at(-1) ?? assert.fail('nothing is being written');
  }

  async answer(outcomes: Outcomes = this.newest.names.map((value) => ({ value }))): Promise<void> {
    this.newest.answer.resolve(outcomes);
    await nextTurn();
  }

  async die(): Promise<void> {
    this.newest.answer.reject(new Error('the thread died'));
    await nextTurn();
  }
}

suite('the queue of writes', () => {
  test('writes everything waiting in one batch, in order, and reports each outcome', async () => {
    const desk = new Desk();
    const told = ['a', 'b', 'c'].map((name) => desk.add('action', name));
    assert.deepEqual(desk.newest.names, ['a']);
    await desk.answer();
    assert.deepEqual(desk.newest.names, ['b', 'c']);
    await desk.answer([{ error: new VigieError('conflict', 'no') }, { value: 7 }]);
    assert.deepEqual(await Promise.all(told), ['a', 'conflict', '7']);
    await desk.queue.idle;
    const { length, written, failed } = desk.queue.figures;
    assert.deepEqual([length, written, failed], [0, 2, 1]);
  });

  test('when full, drops the oldest state for a more important write, and refuses a write with nothing to drop', async () => {
    const desk = new Desk(4);
    const told = [
      desk.add('record', 'in flight'),
      desk.add('state', 'old state'),
      desk.add('record', 'event'),
      desk.add('state', 'new state'),
    ];
    told.push(desk.add('record', 'another event'));
    assert.equal(await told[1], 'unavailable');
    told.push(desk.add('state', 'newest state'));
    assert.equal(await told[3], 'unavailable');
    told.push(desk.add('action', 'action'));
    assert.equal(await told[5], 'unavailable');
    for (const kind of ['record', 'action', 'state'] as const)
      assert.equal(await desk.add(kind, 'too much'), 'unavailable');
    const { length, dropped, refused } = desk.queue.figures;
    assert.deepEqual([length, dropped, refused], [4, 4, 3]);
    await desk.answer();
    assert.deepEqual(desk.newest.names, ['event', 'another event', 'action']);
    await desk.answer();
    assert.deepEqual(await Promise.all([told[0], told[2], told[4], told[6]]), [
      'in flight',
      'event',
      'another event',
      'action',
    ]);
    assert.deepEqual(desk.lost, []);
  });

  test('never holds more than its bound', async () => {
    const desk = new Desk();
    const told: Promise<string>[] = [];
    for (let n = 0; n < 30_000; n++) told.push(desk.add(n % 3 === 0 ? 'record' : 'state', `${n}`));
    assert.equal(desk.queue.figures.length, 10_000);
    const records = told.filter((_, n) => n % 3 === 0);
    while (desk.queue.figures.length > 0) await desk.answer();
    assert.ok((await Promise.all(records)).every((outcome) => outcome !== 'unavailable'));
  });

  test('keeps records while the database is locked, and refuses actions after their time', async () => {
    const desk = new Desk();
    const record = desk.add('record', 'event');
    const action = desk.add('action', 'rename');
    for (; desk.nowMs < 60_000; desk.nowMs += 1_000) await desk.answer('locked');
    assert.equal(await action, 'unavailable');
    assert.deepEqual(desk.newest.names, ['event'], 'the refused action is not written later');
    await desk.answer();
    assert.equal(await record, 'event');
    assert.equal(desk.queue.figures.locked, 60);
    assert.equal(desk.queue.figures.slowestMs, 60_000);
  });

  test('keeps the order of writes that arrive while it is locked', async () => {
    const desk = new Desk();
    void desk.add('record', 'start');
    void desk.add('record', 'update');
    await desk.answer('locked');
    void desk.add('record', 'end');
    await desk.answer('locked');
    assert.deepEqual(desk.newest.names, ['start', 'update', 'end']);
  });

  test('when the writer dies, actions get an unknown outcome, and records are written again', async () => {
    const desk = new Desk();
    void desk.add('record', 'first');
    const told = [desk.add('record', 'event'), desk.add('action', 'rename'), desk.add('state', 'seen')];
    await desk.answer();
    await desk.die();
    assert.equal(await told[1], 'unavailable');
    assert.deepEqual([desk.newest.names, desk.lost], [['event', 'seen'], ['rename']]);
    await desk.answer();
    assert.deepEqual([await told[0], await told[2]], ['event', 'seen']);
  });

  test('a write that kills the writer each time is given up and named, and later ones are written', async () => {
    const desk = new Desk();
    const poison = desk.add('record', 'poison');
    for (let deaths = 0; deaths < 3; deaths++) await desk.die();
    assert.equal(await poison, 'unavailable');
    assert.deepEqual(desk.lost, ['poison']);
    const next = desk.add('record', 'next');
    await desk.answer();
    assert.equal(await next, 'next');
  });

  test('at shutdown the rest is counted and named, and nothing more is accepted', async () => {
    const desk = new Desk();
    const told = ['a', 'b'].map((name) => desk.add('record', name));
    assert.equal(desk.queue.abandon(), 2);
    assert.deepEqual(
      [await Promise.all(told), desk.lost],
      [
        ['unavailable', 'unavailable'],
        ['a', 'b'],
      ],
    );
    assert.equal(await desk.add('record', 'late'), 'unavailable');
    await desk.answer();
    assert.equal(desk.batches.length, 1);
    await desk.queue.idle;
  });
});
