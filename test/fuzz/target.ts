/**
 * A parser of untrusted input, and its properties for every input: it throws only its named error, and its result is
 * bounded; if there is an encoder, its output is parsed back.
 */

import * as fc from 'fast-check';

type Check = () => void | Promise<void>;

export interface FuzzCase {
  name: string;
  /** @param run is called with every check and must run it; a measuring one may run it again */
  property(run: (check: Check) => Promise<void>): fc.IAsyncProperty<[unknown]>;
}

export interface FuzzTarget {
  name: string;
  cases: readonly FuzzCase[];
}

/** @param check throws when a property does not hold for the value */
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

/** @returns the result of `parse`, or undefined when it threw the permitted error */
export function throwsOnly<T>(isNamed: (error: unknown) => boolean, parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (isNamed(error)) return undefined;
    throw new Error(`it threw something else than its named error: ${String(error)}`, { cause: error });
  }
}
