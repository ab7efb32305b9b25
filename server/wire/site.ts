/** The site: its time zone and its clock. */

import { z } from 'zod';

export const TIME_ZONE = z.string().max(64).refine(isTimeZone, 'must be a time zone like Europe/Paris');

/** The time zone of recording hours and quiet hours. */
export const SITE_TIME_ZONE = z.strictObject({
  /** IANA. */
  timeZone: TIME_ZONE,
  /** False while nobody has chosen one: then the zone of the server's machine applies. */
  chosen: z.boolean(),
});
export type SiteTimeZone = z.infer<typeof SITE_TIME_ZONE>;

export const NEW_TIME_ZONE = z.strictObject({
  timeZone: TIME_ZONE,
  /** A zone that a browser reports by itself, accepted only while nobody has chosen one. */
  unlessChosen: z.boolean().exactOptional(),
});

/** The site's clock, as administrators see it. */
export const SITE_CLOCK_VIEW = z.strictObject({
  /** Null when all is well, as far as is known. */
  problem: z
    .strictObject({
      code: z.enum(['beforeRelease', 'notSynchronized']),
      /** For people: what is wrong and what to do. */
      text: z.string(),
    })
    .nullable(),
});
export type SiteClockView = z.infer<typeof SITE_CLOCK_VIEW>;

export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
