import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { createLog } from '../../server/log.ts';
import { ProcessEnd } from '../../server/start/process-end.ts';

/** A process that would end or start again, which is only noted; its clock is stepped by the test. */
function rig(context: TestContext, close: () => Promise<void>) {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const did: string[] = [];
  const note = (text: string) => (): never => {
    did.push(text);
    // The real ones do not return.
    return undefined as never;
  };
  context.mock.method(process, 'exit', note('exit'));
  context.mock.method(process as Required<NodeJS.Process>, 'execve', note('start again'));
  const end = new ProcessEnd(createLog('silent'));
  const before = new Map(SIGNALS.map((signal) => [signal, process.listeners(signal)]));
  end.stopOnSignals(close);
  context.after(() => {
    for (const signal of SIGNALS)
      for (const listener of process.listeners(signal))
        if (!before.get(signal)?.includes(listener)) process.off(signal, listener);
  });
  return { end, did, settled: () => new Promise((resolve) => void setImmediate(resolve)) };
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

test('a restart waits longer than a stop for all to be stopped, and then does its work', async (context) => {
  const stopping = Promise.withResolvers<void>();
  const { end, did, settled } = rig(context, () => stopping.promise);
  end.restart(() => did.push('work'));
  context.mock.timers.tick(30_000);
  assert.deepEqual(did, []);
  stopping.resolve();
  await settled();
  assert.deepEqual(did.slice(0, 2), ['work', 'start again']);
});

test('a restart whose server does not stop, or fails to, starts it again without the work', async (context) => {
  const { end, did } = rig(context, () => new Promise(() => undefined));
  end.restart(() => did.push('work'));
  context.mock.timers.tick(60_000);
  assert.equal(did[0], 'start again');
  assert.ok(!did.includes('work'));
});

test('a restart whose work fails starts the server again', async (context) => {
  const { end, did, settled } = rig(context, () => Promise.resolve());
  end.restart(() => {
    throw new Error('the disk is full');
  });
  await settled();
  assert.equal(did[0], 'start again');
});
