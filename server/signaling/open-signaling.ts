/** Connects signaling to accounts and to the list of cameras. */

import { inPerson, type Holder } from '../core/grant.ts';
import type { CameraView } from '../wire/camera.ts';
import type { Right } from '../wire/rights.ts';
import type { IceServer } from '../wire/signaling.ts';
import { SignalingServer, type SignalingServerOptions } from './signaling-server.ts';
import type { SignalingAccess } from './signaling-access.ts';

export interface OpenSignalingOptions extends Omit<SignalingServerOptions, 'access'> {
  sessions: Pick<SignalingAccess, 'identify'>;
  access: {
    may(holder: Holder, right: Right, cameraId: string): boolean;
    rightsTo(holder: Holder, cameraId: string): readonly Right[];
    assertMay(holder: Holder, right: Right, cameraId: string): void;
    isAdministrator(holder: Holder): boolean;
  };
  catalog: { viewsFor(holder: Holder): CameraView[] };
  iceServers: (userId: string) => IceServer[];
}

export function openSignaling(options: OpenSignalingOptions): SignalingServer {
  const { sessions, access, catalog, iceServers, ...rest } = options;
  return new SignalingServer({
    ...rest,
    log: rest.log.child({ component: 'signaling' }),
    access: {
      identify: (token) => sessions.identify(token),
      // Viewers sign in; a token of theirs is never an API key.
      may: (userId, ...whatOf) => access.may(inPerson(userId), ...whatOf),
      rightsTo: (userId, cameraId) => access.rightsTo(inPerson(userId), cameraId),
      assertMay: (userId, ...whatOf) => access.assertMay(inPerson(userId), ...whatOf),
      isAdministrator: (userId) => access.isAdministrator(inPerson(userId)),
      camerasOf: (userId) => catalog.viewsFor(inPerson(userId)),
      iceServersFor: iceServers,
    },
  });
}
