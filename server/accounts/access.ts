/** Which user may see which camera. Looked up each time, never cached: a revoked right ends with the next check. */

import { VigieError } from '../errors.ts';
import type { UserStore } from './user-store.ts';
import type { Identity } from './sessions.ts';

export class Access {
  readonly #users: UserStore;

  constructor(users: UserStore) {
    this.#users = users;
  }

  mayWatch(userId: string, cameraId: string): boolean {
    return this.#users.mayWatch(userId, cameraId);
  }

  isAdministrator(userId: string): boolean {
    return this.#users.find(userId)?.role === 'administrator';
  }

  /** @throws VigieError `forbidden` */
  assertAdministrator({ role }: Pick<Identity, 'role'>): void {
    if (role !== 'administrator') throw new VigieError('forbidden', 'only an administrator may do this');
  }

  /**
   * @throws VigieError `notFound`, also for an existing camera: its existence is hidden from users without the right to
   * it
   */
  assertMayWatch(userId: string, cameraId: string): void {
    if (!this.mayWatch(userId, cameraId))
      throw new VigieError('notFound', 'there is no such camera, or it is not yours to see');
  }
}
