/** Who may see which camera. Looked up each time, never kept: a right that is taken is gone with the next question. */

import { VigieError } from '../errors.ts';
import type { StoredCamera, CameraStore } from '../cameras/camera-store.ts';
import type { UserStore } from './user-store.ts';
import type { Identity } from './sessions.ts';

export class Access {
  readonly #cameras: CameraStore;
  readonly #users: UserStore;

  constructor({ cameras, users }: { cameras: CameraStore; users: UserStore }) {
    this.#cameras = cameras;
    this.#users = users;
  }

  mayWatch(userId: string, cameraId: string): boolean {
    return this.#users.mayWatch(userId, cameraId);
  }

  /** Those the user may watch, in the order they were added; none for a user who is gone. */
  camerasOf(userId: string): StoredCamera[] {
    return this.#cameras.listOf(userId);
  }

  isAdministrator(userId: string): boolean {
    return this.#users.find(userId)?.role === 'administrator';
  }

  /** @throws VigieError `forbidden` */
  assertAdministrator({ role }: Pick<Identity, 'role'>): void {
    if (role !== 'administrator') throw new VigieError('forbidden', 'only an administrator may do this');
  }

  /** @throws VigieError `notFound`, also for a camera that is there: which ones exist is none of a stranger's business */
  assertMayWatch(userId: string, cameraId: string): void {
    if (!this.mayWatch(userId, cameraId))
      throw new VigieError('notFound', 'there is no such camera, or it is not yours to see');
  }
}
