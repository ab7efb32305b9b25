/**
 * A parser that strangers reach, and what must hold of it for every input: it throws nothing but its named error, and its
 * answer is bounded; where there is an encoder, what it wrote is read back.
 */

import * as fc from 'fast-check';

type Check = () => void | Promise<void>;

export interface FuzzCase {
  name: string;
  /** @param run is called with every check, which it has to run; one that measures may do so again */
  property(run: (check: Check) => Promise<void>): fc.IAsyncProperty<[unknown]>;
}

export interface FuzzTarget {
  name: string;
  cases: readonly FuzzCase[];
}

/** @param check throws when something does not hold for the value */
export function fuzzCase<T>(
  name: string,
  values: fc.Arbitrary<T>,
  check: (value: T) => void | Promise<void>,
): FuzzCase {
  return {
    name,
    property: (run) => fc.asyncProperty(values, (value) => run(() => check(value))),
  };
}

/** @returns what `parse` returns, or undefined when it threw the error it may throw */
export function throwsOnly<T>(isNamed: (error: unknown) => boolean, parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (isNamed(error)) return undefined;
    throw new Error(`it threw something else than its named error: ${String(error)}`, { cause: error });
  }
}
