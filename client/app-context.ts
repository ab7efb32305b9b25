/**
 * The context of every page: the session, the API, the live connection and the time zone of shown times. Created once, in
 * main.ts.
 */

import type { Api } from './http/api.ts';
import type { LiveConnection } from './live/live-connection.ts';
import type { Session, User } from './session/session.ts';
import type { ShownZone } from './dates/shown-zone.ts';

export interface AppContext {
  readonly session: Session;
  readonly api: Api;
  readonly live: LiveConnection;
  readonly siteZone: ShownZone;
}

export function isAdministrator(user: User | null): boolean {
  return user?.role === 'administrator';
}
