/** Fields that several features' schemas share, so that a limit or a unit is written once. */

import { z } from 'zod';

/** Of a camera, a user, an event …, as the server made it up. */
export const id = z.string().min(1).max(64);
/** Cameras by their ids, as a request names them. */
export const cameraIds = z.array(id).max(1000);

/** A name that people give to something. */
export const plainName = z
  .string()
  .transform((text) => text.normalize('NFC').trim())
  .pipe(
    z
      .string()
      .min(1, 'must not be empty')
      .max(64, 'is longer than 64 characters')
      .regex(/^\P{C}+$/u, 'must be plain text'),
  );
export const shortName = plainName.pipe(z.string().max(32));

/** A moment in an answer, ms since the Unix epoch. */
export const timeMs = z.number().min(0);
/** The same moment in a query, where it is text. `z.input` is what the client writes. */
export const queryTimeMs = z.coerce.number<number>().int().min(0);
/** How often something happened, or how much of it there is. */
export const count = z.int().min(0);
