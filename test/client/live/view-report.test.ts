import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LiveConsumer, LiveTransport } from '../../../client/live/live-transport.ts';
import { ViewReport } from '../../../client/live/view-report.ts';

const SMALL = { width: 320, height: 240, focused: false };
const LARGE = { width: 640, height: 480, focused: true };

function consumerOf(id: string, sent: unknown[]): LiveConsumer {
  const transport = { setView: (...view: unknown[]) => void sent.push(view) } as unknown as LiveTransport;
  return { id, transport } as LiveConsumer;
}

test('a consumer is told its view at once, in whichever order the two come, and each later consumer too', () => {
  const sent: unknown[] = [];
  const early = new ViewReport();
  early.view = SMALL;
  early.consumer = consumerOf('first', sent);
  early.consumer = null;
  early.consumer = consumerOf('second', sent);
  const late = new ViewReport();
  late.consumer = consumerOf('third', sent);
  late.view = LARGE;
  assert.deepEqual(sent, [
    ['first', SMALL],
    ['second', SMALL],
    ['third', LARGE],
  ]);
});

test('a view that changes again and again is sent once it has lasted, and the same view never twice', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const sent: unknown[] = [];
  const report = new ViewReport();
  report.consumer = consumerOf('door', sent);
  report.view = SMALL;
  for (let width = 330; width <= LARGE.width; width += 10) {
    context.mock.timers.tick(100);
    report.view = { ...LARGE, width };
  }
  assert.equal(sent.length, 1);
  context.mock.timers.tick(300);
  assert.deepEqual(sent, [
    ['door', SMALL],
    ['door', LARGE],
  ]);
  report.view = SMALL;
  report.view = { ...LARGE };
  context.mock.timers.tick(60_000);
  assert.equal(sent.length, 2);
  report.view = SMALL;
  report.close();
  context.mock.timers.tick(60_000);
  assert.equal(sent.length, 2, 'a closed report sends nothing');
});
