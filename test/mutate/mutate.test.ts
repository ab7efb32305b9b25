import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { parseAst } from 'vite';
import { apply, mutationsOf } from './mutations.ts';
import { TestsOf } from './tests-of.ts';

const ROOT = resolve(import.meta.dirname, '../..');

const mutated = (source: string): string[] => mutationsOf(source).map((mutation) => apply(source, mutation));

test('each mutation changes one place, found by its line and the text it replaces', () => {
  const source = '// a line\nif (é < 2) stop();\n';
  assert.deepEqual(
    mutationsOf(source).map(({ line, before, after }) => [line, before, after]),
    [
      [2, 'é < 2', 'true'],
      [2, 'é < 2', 'false'],
      [2, 'é < 2', '(é <= 2)'],
      [2, 'stop();', ';'],
    ],
  );
});

test('types, strings, numbers and log lines are not mutated', () => {
  const source =
    "interface A<T = 1 | 2> { b: T extends true ? 'x' : 3 }\nthis.#log.warn({ a }, 'b');\nconst c: A = 'd';";
  assert.deepEqual(mutated(source), []);
});

test('every mutant of the four rooms parses', () => {
  for (const path of globSync('server/{core,sfu,accounts,recording}/**/*.ts', { cwd: ROOT })) {
    const source = readFileSync(join(ROOT, path), 'utf8');
    // One in ten, because parsing all 5,000 takes a while.
    for (const mutation of mutationsOf(source).filter((_, index) => index % 10 === 0))
      assert.doesNotThrow(
        () => parseAst(apply(source, mutation), { lang: 'ts' }),
        `${path}:${mutation.line}`,
      );
  }
});

test('the tests of a source are its mirror and the tests that import it', () => {
  const testsOf = new TestsOf(ROOT);
  assert.equal(testsOf.find('server/core/token-bucket.ts')[0], 'test/core/token-bucket.test.ts');
  assert.ok(testsOf.find('server/sfu/viewer-transport.ts').includes('test/sfu/sfu.test.ts'));
});

test('a run names its seed, kills a mutant, and leaves the work tree unchanged', () => {
  const source = join(ROOT, 'server/core/token-bucket.ts');
  const before = readFileSync(source, 'utf8');
  const { stdout } = spawnSync(
    process.execPath,
    [
      join(ROOT, 'test/mutate/mutate.ts'),
      '--only',
      'server/core/token-bucket.ts',
      '--seed',
      '1',
      '--count',
      '2',
    ],
    { encoding: 'utf8', env: { ...process.env, NODE_TEST_CONTEXT: undefined } },
  );
  assert.match(stdout, /^2 of \d+ mutants, --seed 1\n/);
  assert.match(stdout, /server\/core +killed 2/);
  assert.equal(readFileSync(source, 'utf8'), before);
});
