/** The context of every page: the session, the API and the live connection. Made once, in main.ts. */

import type { Api } from './http/api.ts';
import type { LiveConnection } from './live/live-connection.ts';
import type { Session, User } from './session/session.ts';

export interface AppContext {
  readonly session: Session;
  readonly api: Api;
  readonly live: LiveConnection;
}

export function isAdministrator(user: User | null): boolean {
  return user?.role === 'administrator';
}
