/** The session as it runs in a browser: tabs take turns at refreshing by a web lock, where the browser has them. */

import { hintsAtSession, Session } from './session.ts';

/** @param server its origin and base path; the defaults are the page's own origin and no base path */
export function createSession(server = ''): Session {
  // Without https (other than localhost) there are no web locks; a lone tab does not need them.
  const locks = (navigator as { locks?: LockManager }).locks;
  // Cookies of another server are its own.
  const isOwn = new URL(server, location.href).origin === location.origin;
  return new Session({
    server,
    ...(isOwn && { mayHaveSession: () => hintsAtSession(document.cookie) }),
    ...(locks && { exclusively: (work) => locks.request('vigie-session', work) }),
  });
}
