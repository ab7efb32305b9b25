/** Which user may do what with which camera. Looked up each time, never cached: a revoked right ends with the next check. */

import { VigieError } from '../errors.ts';
import type { Right } from '../wire/rights.ts';
import type { UserStore } from './user-store.ts';
import type { Identity } from './sessions.ts';

/** Words for each right, after "you may not". */
const DOING: Readonly<Record<Right, string>> = {
  live: 'watch this camera live',
  lookBack: 'see the recordings of this camera',
  events: 'see the events of this camera',
  control: 'control this camera',
};

export class Access {
  readonly #users: Pick<UserStore, 'may' | 'rightsTo' | 'find'>;

  constructor(users: Pick<UserStore, 'may' | 'rightsTo' | 'find'>) {
    this.#users = users;
  }

  may(userId: string, right: Right, cameraId: string): boolean {
    return this.#users.may(userId, right, cameraId);
  }

  /** All rights of a user to a camera. With none, its existence is hidden from them. */
  rightsTo(userId: string, cameraId: string): Right[] {
    return this.#users.rightsTo(userId, cameraId);
  }

  isAdministrator(userId: string): boolean {
    return this.#users.find(userId)?.role === 'administrator';
  }

  /** @throws VigieError `forbidden` */
  assertAdministrator({ role }: Pick<Identity, 'role'>): void {
    if (role !== 'administrator') throw new VigieError('forbidden', 'only an administrator may do this');
  }

  /**
   * @throws VigieError `forbidden` for a camera to which the user has another right; `notFound` without any, also for an
   * existing camera, because its existence is hidden then, and for a removed one, of which only recordings are left
   */
  assertMay(userId: string, right: Right, cameraId: string): void {
    if (this.may(userId, right, cameraId)) return;
    if (this.rightsTo(userId, cameraId).length === 0)
      throw new VigieError('notFound', 'there is no such camera, or you have no right to it');
    throw new VigieError(
      'forbidden',
      `you may not ${DOING[right]}; an administrator can give you this right`,
    );
  }
}
