/**
 * The tests of a source file: the one that mirrors its path, those that import it, and the few in its mirrored folder
 * that reach it over the fewest imports. Without any, a few of other folders.
 *
 * Tests of the whole server, of browsers, networks and containers are excluded: they take long and test other things.
 */

import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** It is erased, so what it names does not run. */
const TYPE_IMPORT = /^(?:import|export) type [^;]*;/gm;
const IMPORT = /(?:from|import|import\(|new URL\()\s*'(\.[^']+)'/g;
const NOT_ABOUT_ONE_FILE =
  /^test\/(e2e|network|deploy|integration|fuzz|torture|bench|architecture|firmware|mutate)\//;
const MAX_FARTHER_TESTS = 4;

export class TestsOf {
  readonly #root: string;
  readonly #importsOf = new Map<string, string[]>();
  /** By test file: the number of imports to each file. */
  readonly #distances = new Map<string, Map<string, number>>();

  constructor(root: string) {
    this.#root = root;
    for (const test of globSync('test/**/*.test.ts', { cwd: root }).toSorted())
      if (!NOT_ABOUT_ONE_FILE.test(test)) this.#distances.set(test, this.#distancesFrom(test));
  }

  /** @param source from the root, such as `server/core/backoff.ts` @returns the mirror first, the farthest last */
  find(source: string): string[] {
    const mirror = mirrorOf(source).replace(/\.ts$/, '.test.ts');
    const near = [...this.#distances]
      .flatMap(([test, distances]) => {
        const distance = test === mirror ? 0 : distances.get(source);
        return distance === undefined ? [] : [{ test, distance }];
      })
      .toSorted((a, b) => a.distance - b.distance);
    const direct = near.filter(({ distance }) => distance <= 1);
    const beside = near.filter(({ test, distance }) => distance > 1 && dirname(test) === dirname(mirror));
    const about = [...direct, ...beside.slice(0, MAX_FARTHER_TESTS)];
    return (about.length > 0 ? about : near.slice(0, MAX_FARTHER_TESTS)).map(({ test }) => test);
  }

  /** Breadth first. */
  #distancesFrom(test: string): Map<string, number> {
    const distances = new Map([[test, 0]]);
    const pending = [test];
    for (let file = pending.shift(); file !== undefined; file = pending.shift()) {
      const distance = distances.get(file) ?? 0;
      for (const imported of this.#imports(file)) {
        if (distances.has(imported)) continue;
        distances.set(imported, distance + 1);
        pending.push(imported);
      }
    }
    return distances;
  }

  #imports(file: string): string[] {
    let imports = this.#importsOf.get(file);
    if (!imports) {
      const source = readFileSync(join(this.#root, file), 'utf8').replaceAll(TYPE_IMPORT, '');
      imports = [...source.matchAll(IMPORT)]
        .map(([, specifier = '']) => normalize(join(dirname(file), specifier)))
        .filter((path) => path.endsWith('.ts') && existsSync(join(this.#root, path)));
      this.#importsOf.set(file, imports);
    }
    return imports;
  }
}

/** `server/core/backoff.ts` is tested in `test/core/`. */
function mirrorOf(source: string): string {
  return source.replace(/^server\//, 'test/');
}
