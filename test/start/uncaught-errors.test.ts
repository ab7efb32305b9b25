import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

const MODULE = import.meta.resolve('../../server/start/uncaught-errors.ts');

/** Runs a process in which a timer throws, and a promise is rejected without a handler. */
function run(errcode: number) {
  const script = `
    import { surviveUncaught } from ${JSON.stringify(MODULE)};
    const log = { error: () => console.log('logged'), fatal: () => console.log('fatal') };
    surviveUncaught((error) => error.errcode === 11, () => console.log('told'), log);
    const error = Object.assign(new Error('malformed'), { errcode: ${errcode} });
    setTimeout(() => { throw error; }, 1);
    setTimeout(() => { void Promise.reject(error); }, 5);
    setTimeout(() => console.log('goes on'), 20);`;
  const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
  return [status, stdout.trim().split('\n')];
}

test('an error of a damaged database that nobody caught is told and survived, any other ends the process', () => {
  assert.deepEqual(run(11), [0, ['logged', 'told', 'logged', 'told', 'goes on']]);
  assert.deepEqual(run(1), [1, ['fatal']]);
});
