/**
 * Validates a value from outside against a schema: messages of cameras and viewers, bodies, queries, tokens and
 * configuration files.
 *
 * Invariant: this never throws, whatever the value. zod 4 runs length checks also on a value that is neither text nor a
 * list, and compares its `length`; for {"length":{"toString":null}} that comparison throws.
 */

import { z } from 'zod';

export function validate<T>(schema: z.ZodType<T>, value: unknown): z.ZodSafeParseResult<T> {
  try {
    return schema.safeParse(value);
  } catch {
    const message = 'contains a value that cannot be compared';
    const error = new z.ZodError([{ code: 'custom', path: [], message, input: value }]);
    return { success: false, error: error as z.ZodError<T> };
  }
}
