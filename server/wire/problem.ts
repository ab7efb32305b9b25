/** Every error of the HTTP API: problem details (RFC 9457), content type application/problem+json. */

import { z } from 'zod';

export const PROBLEM = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int().min(400).max(599),
  /** A sentence for people: what is wrong and what to do. */
  detail: z.string(),
  /** One of the codes of server/errors.ts. */
  code: z.string(),
});
export type Problem = z.infer<typeof PROBLEM>;
