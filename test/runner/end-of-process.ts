/**
 * Loaded before every batch of test files: one that does not end reports what keeps it running, and fails. Node waits for it
 * forever, `--test-timeout` or not, and with it the whole suite.
 */

import { after } from 'node:test';

const WHOLE_BATCH_MS = 300_000;
const AFTER_ITS_TESTS_MS = 20_000;

const GRACE_MS = 3_000;

function failIn(ms: number, what: string): void {
  const fail = (): void => {
    // Not by the console, which the test runner has replaced.
    process.stderr.write(`${process.argv[1]} ${what}: ${process.getActiveResourcesInfo().join(', ')}\n`);
    process.exit(1);
  };
  // A file whose thread was blocked until now, for example by removing a large folder, may be about to end.
  setTimeout(() => setTimeout(fail, GRACE_MS).unref(), ms).unref();
}

// The runner itself loads this too.
if (process.env['NODE_TEST_CONTEXT'] !== undefined) {
  failIn(WHOLE_BATCH_MS, `is not done after ${WHOLE_BATCH_MS / 1000} s`);
  after(() => failIn(AFTER_ITS_TESTS_MS, 'does not end after its tests, because of'));
}
