/**
 * Preloaded into a server under test: while the file named by VIGIE_TEST_LOAD_FILE exists, its event loop says that it is
 * busy all the time.
 */

import { existsSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

const file = process.env['VIGIE_TEST_LOAD_FILE'] ?? '';
const measure = performance.eventLoopUtilization.bind(performance);
performance.eventLoopUtilization = (...args) => {
  const measured = measure(...args);
  return existsSync(file) ? { ...measured, utilization: 1 } : { ...measured, utilization: 0 };
};
