/** The rights of the viewer of one signaling session: none before the first token, and none after the session. */

import { inPerson } from '../core/grant.ts';
import type { Right } from '../wire/rights.ts';
import type { SignalingAccess, ViewerIdentity } from './signaling-access.ts';

type RightsAccess = Pick<SignalingAccess, 'may' | 'rightsTo' | 'assertMay' | 'isAdministrator'>;

export class ViewerRights {
  readonly #access: RightsAccess;
  readonly #identity: () => ViewerIdentity | undefined;

  constructor(access: RightsAccess, identity: () => ViewerIdentity | undefined) {
    this.#access = access;
    this.#identity = identity;
  }

  may(right: Right, cameraId: string): boolean {
    const who = this.#identity();
    return who !== undefined && this.#access.may(who, right, cameraId);
  }

  /** Whether the camera is in this viewer's list, with any right. */
  lists(cameraId: string): boolean {
    const who = this.#identity();
    return who !== undefined && this.#access.rightsTo(who, cameraId).length > 0;
  }

  get isAdministrator(): boolean {
    const who = this.#identity();
    return who !== undefined && this.#access.isAdministrator(who);
  }

  /** @throws VigieError `notFound`, `forbidden`, as over HTTP */
  assertMay(right: Right, cameraId: string): void {
    this.#access.assertMay(this.#identity() ?? inPerson(''), right, cameraId);
  }
}
