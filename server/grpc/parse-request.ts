/** A request's message, checked against its schema. */

import type { z } from 'zod';
import { VigieError } from '../errors.ts';
import { MALFORMED_REQUEST } from './service-definition.ts';
import { validate } from '../wire/validate.ts';

/** @throws VigieError `badRequest` */
export function assertMessage(message: unknown): void {
  if (message === MALFORMED_REQUEST)
    throw new VigieError('badRequest', 'the bytes are not a message of this method: check the .proto file');
}

/** @throws VigieError `badRequest` that names the field as the .proto does */
export function parseRequest<T>(schema: z.ZodType<T>, message: unknown): T {
  assertMessage(message);
  const parsed = validate(schema, message);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.').replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`) ?? '';
  throw new VigieError('badRequest', `${field}: ${issue?.message ?? 'is not valid'}`);
}
