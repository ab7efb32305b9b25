/** The door of WHEP where the accounts are: the guard of all routes. */

import type { Request } from 'express';
import type { Guard } from '../accounts/guard.ts';
import { VigieError } from '../errors.ts';
import type { WhepDoor } from './whep-door.ts';

export function whepGuard(guard: Guard): WhepDoor {
  return {
    async enter(request, cameraId) {
      const who = guard.viewerOf(request, 'live', cameraId);
      const { userId, sessionId, keyName } = who;
      return {
        userId,
        sessionId,
        keyName,
        assertStill: () => void guard.viewerOf(request, 'live', cameraId),
        hold: (end) => guard.holdRight(who, 'live', cameraId, end),
        leave: () => undefined,
      };
    },
    ownerOf: (request, cameraId) => guard.viewerOf(request, 'live', cameraId).sessionId,
  };
}

/** For OPTIONS, which no API key reaches otherwise. @throws VigieError `unauthorized`, `notFound` */
export function whepUserOf(guard: Guard): (request: Request, cameraId: string) => string {
  return (request, cameraId) => {
    const who = guard.caller(request, 'basic');
    if (guard.may(who, 'live', cameraId)) return who.userId;
    throw new VigieError('notFound', 'there is no such camera, or you have no right to it');
  };
}
