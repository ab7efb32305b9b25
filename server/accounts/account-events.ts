/** What accounts tell the rest of the house at once, so that nothing runs on after the right to it is gone. */

import { EventEmitter } from 'node:events';

export class AccountEvents extends EventEmitter<{
  /** A user's rights or role changed, or the user is gone: what they watch is to be looked at again. */
  accessChanged: [userId: string];
  /** A sign-in has ended, by signing out or by force: its connections are to be closed. */
  sessionEnded: [sessionId: string];
}> {}
