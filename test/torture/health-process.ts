/**
 * Requests GET /api/health every 50 ms, whether or not earlier answers have come: a request behind a stall counts its
 * whole wait.
 */

import { Agent, get } from 'node:http';
import type { HealthSample } from './figures.ts';
import { beginningOf, report } from './worker.ts';

export interface HealthBeginning {
  port: number;
}

const INTERVAL_MS = 50;
/** Longer than this counts as no answer. */
const TIMEOUT_MS = 5_000;

const { port } = await beginningOf<HealthBeginning>();
const agent = new Agent({ keepAlive: true });
setInterval(() => ask(Date.now()), INTERVAL_MS);

function ask(atMs: number): void {
  const started = performance.now();
  let done = false;
  const finish = (ok: boolean): void => {
    if (done) return;
    done = true;
    const latencyMs = ok ? performance.now() - started : TIMEOUT_MS;
    report({ atMs, latencyMs, ok } satisfies HealthSample);
  };
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const request = get({ host: '127.0.0.1', port, path: '/api/health', agent, signal }, (response) => {
    response.resume();
    response.on('end', () => finish(response.statusCode === 200));
    response.on('error', () => finish(false));
  });
  request.on('error', () => finish(false));
}
