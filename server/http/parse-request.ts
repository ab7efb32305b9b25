/** Reads the parts of a request by the schemas of its route, and says what is wrong with each field. */

import type { Request } from 'express';
import type { z } from 'zod';
import { VigieError } from '../errors.ts';
import { validate } from '../wire/validate.ts';

/** @throws VigieError `notFound`: a malformed id cannot exist */
export function parseParams(
  schema: z.ZodType<Record<string, string>>,
  request: Request,
): Record<string, string> {
  const parsed = validate(schema, { ...request.params });
  if (parsed.success) return parsed.data;
  throw new VigieError('notFound', `there is nothing at ${request.method} ${request.path}`);
}

/** @throws VigieError `badRequest` or `unprocessable` that names every invalid field */
export function parseRequest<T>(schema: z.ZodType<T>, value: unknown): T {
  if (value === undefined)
    throw new VigieError('badRequest', 'a JSON body is needed, with content-type application/json');
  const parsed = validate(schema, value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join('.')}: ${message}`,
  );
  // Some rules have no JSON Schema, such as an end before the start: the request is well formed, and still not usable.
  const isWellFormed = parsed.error.issues.every(({ code }) => code === 'custom');
  throw new VigieError(isWellFormed ? 'unprocessable' : 'badRequest', problems.join('; '));
}
