#!/usr/bin/env node
/** The command line `vigie`: commands for a running server, by its API and a key. */

import { wallMs } from '../core/clock.ts';
import { ApiCaller } from './api-caller.ts';
import { CommandError } from './command-error.ts';
import { helpText, parseLine } from './command-table.ts';
import { findConnection } from './connection.ts';
import { Output } from './output.ts';

const INTERRUPTED = 130;

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader has closed the pipe, as `| head` does.
  if (error.code === 'EPIPE') process.exit(0);
  process.stderr.write(`vigie: the output cannot be written: ${error.message}\n`);
  process.exit(1);
});

async function run(args: readonly string[]): Promise<void> {
  const parsed = parseLine(args);
  if (!parsed) {
    process.stdout.write(helpText());
    return;
  }
  const { command, words, options, json } = parsed;
  const output = new Output(json, {
    out: (text) => process.stdout.write(text),
    progress: process.stderr.isTTY ? (text) => process.stderr.write(text) : undefined,
  });
  let api: ApiCaller | undefined;
  await command.run({
    get api() {
      return (api ??= new ApiCaller(findConnection(process.env), stop.signal));
    },
    output,
    words,
    options,
    environment: process.env,
    nowMs: wallMs,
    gone: stop.signal,
  });
}

try {
  await run(process.argv.slice(2));
} catch (error) {
  if (stop.signal.aborted) process.exitCode = INTERRUPTED;
  else {
    const known = error instanceof CommandError;
    process.stderr.write(`vigie: ${(error as Error).message}\n`);
    process.exitCode = known ? error.exitCode : 1;
  }
}
