import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { CameraCommands } from '../../server/ingest/camera-commands.ts';

const ANSWER_TIMEOUT_MS = 5_000;

function setUp(context: TestContext) {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const sent: number[] = [];
  const commands = new CameraCommands(({ id }) => void sent.push(id));
  /** Starts a command. @returns its id, and each answer it gets */
  const start = (): { id: number; answers: string[] } => {
    const answers: string[] = [];
    const { id, answered } = commands.start({ type: 'reboot' });
    answered.then(
      () => answers.push('applied'),
      (error: { code: string }) => answers.push(error.code),
    );
    return { id, answers };
  };
  return { sent, commands, start, timers: context.mock.timers };
}

const settled = (): Promise<unknown> => new Promise(setImmediate);

for (const [how, first, answer] of [
  ['applied', (commands: CameraCommands, id: number) => commands.onApplied(id), 'applied'],
  ['rejected', (commands: CameraCommands, id: number) => commands.onRejected(id, 'no'), 'cameraRejected'],
  ['cut off', (commands: CameraCommands) => commands.close(), 'cameraOffline'],
] as const)
  test(`a command that was ${how} is answered once, whatever comes later`, async (context) => {
    const { commands, start, timers } = setUp(context);
    const { id, answers } = start();
    first(commands, id);
    commands.onApplied(id);
    commands.onRejected(id, 'late');
    timers.tick(ANSWER_TIMEOUT_MS);
    commands.close();
    await settled();
    assert.deepEqual(answers, [answer]);
  });

test('a command that the camera does not answer fails after 5 s', async (context) => {
  const { commands, start, timers } = setUp(context);
  const { id, answers } = start();
  timers.tick(ANSWER_TIMEOUT_MS - 1);
  await settled();
  assert.deepEqual(answers, []);
  timers.tick(1);
  commands.onApplied(id);
  await settled();
  assert.deepEqual(answers, ['unavailable']);
});

test('16 commands wait at most, each under an id of its own, and none is sent after close', (context) => {
  const { sent, commands, start } = setUp(context);
  const started = Array.from({ length: 16 }, start);
  assert.throws(start, { code: 'tooManyRequests' });
  assert.equal(new Set(sent).size, 16);
  commands.onApplied(started[0]?.id ?? 0);
  start();
  commands.close();
  assert.throws(start, { code: 'cameraOffline' });
  assert.equal(sent.length, 17);
});
