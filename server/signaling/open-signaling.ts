/** Connects signaling to accounts and to the list of cameras. */

import type { Holder } from '../core/grant.ts';
import type { Log } from '../log.ts';
import type { CameraView } from '../wire/camera.ts';
import { SignalingServer, type SignalingServerOptions } from './signaling-server.ts';
import type { SignalingAccess } from './signaling-access.ts';

export interface OpenSignalingOptions extends Omit<SignalingServerOptions, 'access'> {
  accounts: {
    admit: SignalingAccess['identify'];
    apiKeys: { count: SignalingAccess['countRequest'] };
    access: Pick<SignalingAccess, 'may' | 'rightsTo' | 'assertMay' | 'isAdministrator'>;
  };
  catalog: { viewsFor(holder: Holder): CameraView[] };
  iceServers: SignalingAccess['iceServersFor'];
  log: Log;
}

export function openSignaling(options: OpenSignalingOptions): SignalingServer {
  const { accounts, catalog, iceServers, ...rest } = options;
  const { access, apiKeys } = accounts;
  return new SignalingServer({
    ...rest,
    log: rest.log.child({ component: 'signaling' }),
    access: {
      identify: (...presented) => accounts.admit(...presented),
      countRequest: (...used) => apiKeys.count(...used),
      may: (...whatOf) => access.may(...whatOf),
      rightsTo: (...whatOf) => access.rightsTo(...whatOf),
      assertMay: (...whatOf) => access.assertMay(...whatOf),
      isAdministrator: (holder) => access.isAdministrator(holder),
      camerasOf: (holder) => catalog.viewsFor(holder),
      iceServersFor: iceServers,
    },
  });
}
