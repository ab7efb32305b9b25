import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FreshViews } from '../../../client/signaling/fresh-views.ts';

type Answer = Iterable<readonly [string, string]>;

/** Views whose requests are answered by the test. */
function viewsWithRequests() {
  const views = new FreshViews<string>();
  return {
    views,
    request: (): ((answer: Answer) => Promise<void>) => {
      const { promise, resolve } = Promise.withResolvers<Answer>();
      const loaded = views.load(() => promise);
      return (answer) => {
        resolve(answer);
        return loaded;
      };
    },
  };
}

test('an answer replaces the views that were there before its request', async () => {
  const { views, request } = viewsWithRequests();
  views.update('door', 'told');
  await request()([
    ['door', 'asked'],
    ['attic', 'asked'],
  ]);
  assert.deepEqual([views.get('door'), views.get('attic'), views.get('shed')], ['asked', 'asked', undefined]);
});

test('an answer does not replace a view that came after its request', async () => {
  const { views, request } = viewsWithRequests();
  const answer = request();
  views.update('door', 'told');
  await answer([
    ['door', 'asked'],
    ['attic', 'asked'],
  ]);
  assert.deepEqual([views.get('door'), views.get('attic')], ['told', 'asked']);
});

test('an answer does not replace that of a later request', async () => {
  const { views, request } = viewsWithRequests();
  const [first, second] = [request(), request()];
  await second([['door', 'second']]);
  await first([['door', 'first']]);
  assert.equal(views.get('door'), 'second');
});

test('a request that fails is told and changes nothing', async () => {
  const views = new FreshViews<string>();
  views.update('door', 'told');
  await assert.rejects(
    views.load(() => Promise.reject(new Error('offline'))),
    /offline/,
  );
  assert.equal(views.get('door'), 'told');
});
