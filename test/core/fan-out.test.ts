import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { FanOut, IsolatingEmitter } from '../../server/core/fan-out.ts';

suite('fan-out', () => {
  test('a listener that throws is reported and does not affect the others', () => {
    const [failures, heard]: [unknown[], number[]] = [[], []];
    const fanOut = new FanOut<[number]>((error, value) => failures.push([error, value]));
    const fault = new Error('listener failed');
    fanOut.subscribe(() => {
      throw fault;
    });
    fanOut.subscribe((value) => heard.push(value));
    fanOut.tell(1);
    assert.deepEqual([heard, failures], [[1], [[fault, 1]]]);
  });

  test('a function subscribed twice is called twice, and each subscription ends separately', () => {
    let calls = 0;
    const fanOut = new FanOut<[]>(() => undefined);
    const count = (): void => void calls++;
    const [first] = [fanOut.subscribe(count), fanOut.subscribe(count)];
    fanOut.tell();
    first?.close();
    first?.close();
    fanOut.tell();
    assert.deepEqual([calls, fanOut.size], [3, 1]);
  });
});

const emitterWith = (failures: unknown[]) =>
  new IsolatingEmitter<{ opened: [id: string]; closed: [] }>((error, event) => failures.push([error, event]));

suite('isolating emitter', () => {
  test('a listener that throws is reported with the event, and the next ones are called', () => {
    const [failures, heard]: [unknown[], string[]] = [[], []];
    const emitter = emitterWith(failures);
    const fault = new Error('listener failed');
    emitter.on('opened', () => {
      throw fault;
    });
    emitter.on('opened', (id) => heard.push(id));
    assert.equal(emitter.emit('opened', 'door'), true);
    assert.equal(emitter.emit('closed'), false);
    assert.deepEqual([heard, failures], [['door'], [[fault, 'opened']]]);
  });

  test('a one-time listener is called once', () => {
    const heard: string[] = [];
    const emitter = emitterWith([]);
    emitter.once('opened', (id) => heard.push(id));
    emitter.emit('opened', 'door');
    emitter.emit('opened', 'gate');
    assert.deepEqual(heard, ['door']);
  });
});
