/** Fields shared by several features' schemas, so that a limit or a unit is written once. */

import { z } from 'zod';

/** Id of a camera, a user, an event …, made by the server. */
export const id = z.string().min(1).max(64);
/** Cameras by their ids, as a request names them. */
export const cameraIds = z.array(id).max(1000);

/** A name given by a user. */
export const plainName = z
  .string()
  .min(1, 'must not be empty')
  .max(64, 'is longer than 64 characters')
  .regex(/\S/, 'must not be empty')
  .transform((text) => text.normalize('NFC').trim())
  .pipe(
    z
      .string()
      .max(64, 'is longer than 64 characters')
      .refine((text) => /^\P{C}+$/u.test(text), 'must be plain text'),
  );
export const shortName = plainName.pipe(z.string().max(32));

/** A time in an answer, ms since the Unix epoch. */
export const timeMs = z.number().min(0);
/** A time in a query, as text. `z.input` is what the client writes. */
export const queryTimeMs = z.coerce.number<number>().int().min(0);
/** A counter or an amount. */
export const count = z.int().min(0);

/** A header: a string as in draft-ietf-httpapi-idempotency-key-header-07, also without the quotes. */
export const idempotencyKey = z.string().regex(/^("[\w-]{16,128}"|[\w-]{16,128})$/);

/** A query: the end of the previous page, from its `Link` header (http/next-page.ts). */
export const cursor = z.string().regex(/^[\w-]{1,64}$/);
