/**
 * Whether a value from outside is what a schema describes. Messages of cameras and viewers, bodies, queries, tokens and files of the
 * configuration are all checked here.
 *
 * Invariant: this never throws, whatever the value is. zod 4 runs the checks of a length also on a value that is neither text nor a
 * list, and compares what stands in its `length`; for {"length":{"toString":null}} that comparison throws.
 */

import { z } from 'zod';

export function validate<T>(schema: z.ZodType<T>, value: unknown): z.ZodSafeParseResult<T> {
  try {
    return schema.safeParse(value);
  } catch {
    const message = 'holds a value that cannot be compared with anything';
    const error = new z.ZodError([{ code: 'custom', path: [], message, input: value }]);
    return { success: false, error: error as z.ZodError<T> };
  }
}
