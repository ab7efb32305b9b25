/**
 * `npm run coverage`: the share of server/core and server/sfu that their tests run, by file. It shows code without
 * tests; there is no target share, because a line that ran is not a line that was checked (`npm run mutate` measures
 * that).
 */

import { globSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { run } from 'node:test';

const ROOT = resolve(import.meta.dirname, '..');
const ROOMS = ['core', 'sfu'];

const tests = run({
  cwd: ROOT,
  files: globSync(`test/{${ROOMS.join(',')}}/**/*.test.ts`, { cwd: ROOT }).toSorted(),
  concurrency: 2,
  coverage: true,
  coverageIncludeGlobs: ROOMS.map((room) => `server/${room}/**/*.ts`),
  execArgv: ['--disable-warning=ExperimentalWarning'],
});
tests.on('test:fail', ({ name, file }) => {
  say(`failed: ${name} (${file})`);
  process.exitCode = 1;
});
tests.on('test:coverage', ({ summary }) => {
  say('lines  branches  file, and its lines that did not run');
  for (const { path, lines, ...file } of summary.files) {
    const missed = lines.filter(({ count }) => count === 0).map((line) => line.line);
    say(`${shares(file)}  ${relative(ROOT, path)}  ${ranges(missed)}`);
  }
  say(`${shares(summary.totals)}  all`);
});
tests.resume();

function shares(of: { coveredLinePercent: number; coveredBranchPercent: number }): string {
  return `${percent(of.coveredLinePercent)}  ${percent(of.coveredBranchPercent)}   `;
}

function percent(value: number): string {
  return value.toFixed(1).padStart(5);
}

/** 3, 4, 5, 9 → `3-5 9` */
function ranges(lines: readonly number[]): string {
  const found: { from: number; to: number }[] = [];
  for (const line of lines) {
    const last = found.at(-1);
    if (last?.to === line - 1) last.to = line;
    else found.push({ from: line, to: line });
  }
  return found.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(' ');
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
