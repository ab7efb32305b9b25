import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { VigieError } from '../../server/errors.ts';
import { READ_SHARES, ReadQueue } from '../../server/store/read-queue.ts';
import type { ReadFor } from '../../server/store/work.ts';

/** A reader that answers one at a time, when the test says so. */
function desk() {
  const asked: { name: string; answer: PromiseWithResolvers<unknown> }[] = [];
  const queue = new ReadQueue(({ method }) => {
    const answer = Promise.withResolvers<unknown>();
    asked.push({ name: method, answer });
    return answer.promise;
  });
  return {
    queue,
    asked: () => asked.map(({ name }) => name),
    ask: (name: string, who?: ReadFor): Promise<string> =>
      queue
        .ask({ store: 'test', method: name, args: [] }, who)
        .then(String, (error: unknown) => (error instanceof VigieError ? error.code : String(error))),
    answerAll: async (): Promise<void> => {
      for (let n = 0; n < asked.length; n++) {
        asked[n]?.answer.resolve(asked[n]?.name);
        await new Promise(setImmediate);
      }
    },
  };
}

suite('the queue of long reads', () => {
  test('runs one read at a time', async () => {
    const { ask, asked, answerAll } = desk();
    const told = [ask('a'), ask('b')];
    assert.deepEqual(asked(), ['a']);
    await answerAll();
    assert.deepEqual(await Promise.all(told), ['a', 'b']);
  });

  test("bounds the reads per user and in total, and always accepts the server's own", async () => {
    const { ask, queue, answerAll } = desk();
    // The first is running and no longer waits.
    const told = [ask('first', { userId: 'anna' })];
    for (let n = 0; n < READ_SHARES.perUser; n++) told.push(ask('mine', { userId: 'anna' }));
    assert.equal(await ask('one more', { userId: 'anna' }), 'unavailable');
    for (let n = 0; queue.figures.length <= READ_SHARES.total; n++)
      told.push(ask('others', { userId: `${n}` }));
    assert.equal(await ask('too much', { userId: 'ben' }), 'unavailable');
    told.push(ask('of the server'));
    await answerAll();
    assert.ok((await Promise.all(told)).every((outcome) => outcome !== 'unavailable'));
    assert.equal(queue.figures.refused, 2);
    const again = ask('again', { userId: 'anna' });
    await answerAll();
    assert.equal(await again, 'again');
  });

  test('serves users in turn, so many reads of one user delay no other', async () => {
    const { ask, asked, answerAll } = desk();
    for (let n = 1; n <= 4; n++) void ask(`anna ${n}`, { userId: 'anna' });
    void ask('ben 1', { userId: 'ben' });
    void ask('ben 2', { userId: 'ben' });
    void ask('server');
    await answerAll();
    assert.deepEqual(asked(), ['anna 1', 'anna 2', 'ben 1', 'server', 'anna 3', 'ben 2', 'anna 4']);
  });

  test('drops a read whose caller has left, and frees its place', async () => {
    const { ask, asked, queue, answerAll } = desk();
    const first = ask('first', { userId: 'anna' });
    const gone = new AbortController();
    const waiting = Array.from({ length: READ_SHARES.perUser }, () =>
      ask('gone', { userId: 'anna', signal: gone.signal }),
    );
    gone.abort();
    assert.ok((await Promise.all(waiting)).every((outcome) => outcome === 'unavailable'));
    assert.equal(await ask('late', { userId: 'anna', signal: gone.signal }), 'unavailable');
    const next = ask('next', { userId: 'anna' });
    await answerAll();
    assert.deepEqual([await first, await next, asked()], ['first', 'next', ['first', 'next']]);
    assert.equal(queue.figures.cancelled, READ_SHARES.perUser + 1);
  });

  test('refuses waiting reads at shutdown', async () => {
    const { ask, queue } = desk();
    void ask('being answered');
    const waiting = ask('waiting');
    queue.close();
    assert.equal(await waiting, 'unavailable');
    assert.equal(await ask('late'), 'unavailable');
  });
});
