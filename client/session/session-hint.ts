/**
 * Whether this browser may have a session, told without asking the server: a first visit needs no refused request. The
 * cookie that says so is set and cleared beside the real one, and grants nothing.
 */

import { SESSION_HINT_COOKIE } from '../../server/wire/browser-values.ts';

/** @param cookies document.cookie */
export function hintsAtSession(cookies: string): boolean {
  return cookies.split('; ').some((cookie) => cookie.startsWith(`${SESSION_HINT_COOKIE}=`));
}
