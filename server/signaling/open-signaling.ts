/** Connects signaling to accounts and to the list of cameras. */

import type { IceServer } from '../wire/signaling.ts';
import { SignalingServer, type SignalingServerOptions } from './signaling-server.ts';
import type { SignalingAccess } from './signaling-access.ts';

export interface OpenSignalingOptions extends Omit<SignalingServerOptions, 'access'> {
  sessions: Pick<SignalingAccess, 'identify'>;
  access: Pick<SignalingAccess, 'may' | 'rightsTo' | 'assertMay' | 'isAdministrator'>;
  catalog: { viewsFor: SignalingAccess['camerasOf'] };
  iceServers: (userId: string) => IceServer[];
}

export function openSignaling(options: OpenSignalingOptions): SignalingServer {
  const { sessions, access, catalog, iceServers, ...rest } = options;
  return new SignalingServer({
    ...rest,
    log: rest.log.child({ component: 'signaling' }),
    access: {
      identify: (token) => sessions.identify(token),
      may: (...whatOf) => access.may(...whatOf),
      rightsTo: (...whatOf) => access.rightsTo(...whatOf),
      assertMay: (...whatOf) => access.assertMay(...whatOf),
      isAdministrator: (userId) => access.isAdministrator(userId),
      camerasOf: (userId) => catalog.viewsFor(userId),
      iceServersFor: iceServers,
    },
  });
}
