/**
 * Which user may do what with which camera, in person or by an API key. Looked up each time, never cached: a revoked right ends
 * with the next check.
 *
 * Invariant: a key has a right only while its grant and its user have it.
 */

import { hasPower, inPerson, isGranted, type Holder } from '../core/grant.ts';
import { VigieError } from '../errors.ts';
import type { KeyPower, ProgramRight } from '../wire/key-rights.ts';
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

const REFUSED_PROGRAM: Readonly<Record<ProgramRight, string>> = {
  publish:
    'this API key may not publish the pictures of this camera; an administrator can make one with this right',
  analyse:
    'only an API key with the right analyse may report detections of this camera; an administrator can make one',
};

type Users = Pick<UserStore, 'may' | 'rightsTo' | 'find' | 'knowsCamera'>;

export class Access {
  readonly #users: Users;

  constructor(users: Users) {
    this.#users = users;
  }

  may({ userId, grant }: Holder, right: Right, cameraId: string): boolean {
    return isGranted(grant, right, cameraId) && this.#users.may(userId, right, cameraId);
  }

  /** Whether this key of an administrator has a right that no user has in person. */
  mayAsProgram({ userId, grant }: Holder, right: ProgramRight, cameraId: string): boolean {
    if (grant === null || !isGranted(grant, right, cameraId)) return false;
    return this.isAdministrator(inPerson(userId)) && this.#users.knowsCamera(cameraId);
  }

  /** All rights to a camera. With none, its existence is hidden. */
  rightsTo({ userId, grant }: Holder, cameraId: string): Right[] {
    return this.#users.rightsTo(userId, cameraId).filter((right) => isGranted(grant, right, cameraId));
  }

  isAdministrator(holder: Holder): boolean {
    return this.hasPower(holder, 'administer');
  }

  /** Powers are an administrator's. */
  hasPower({ userId, grant }: Holder, power: KeyPower): boolean {
    return hasPower(grant, power) && this.#users.find(userId)?.role === 'administrator';
  }

  /** @throws VigieError `forbidden` */
  assertAdministrator({ role }: Pick<Identity, 'role'>): void {
    if (role !== 'administrator') throw new VigieError('forbidden', 'only an administrator may do this');
  }

  /** @throws VigieError `notFound` */
  assertKnown(cameraId: string): void {
    if (!this.#users.knowsCamera(cameraId)) throw noSuchCamera();
  }

  /** @throws VigieError `forbidden`, or `notFound` like `assertMay` */
  assertMayAsProgram(holder: Holder, right: ProgramRight, cameraId: string): void {
    if (this.mayAsProgram(holder, right, cameraId)) return;
    if (!this.#users.knowsCamera(cameraId) || this.rightsTo(holder, cameraId).length === 0)
      throw noSuchCamera();
    throw new VigieError('forbidden', REFUSED_PROGRAM[right]);
  }

  /**
   * @throws VigieError `forbidden` for a camera to which the caller has another right; `notFound` without any, also for an
   * existing camera, because its existence is hidden then, and for a removed one, of which only recordings are left
   */
  assertMay(holder: Holder, right: Right, cameraId: string): void {
    if (this.may(holder, right, cameraId)) return;
    if (this.rightsTo(holder, cameraId).length === 0) throw noSuchCamera();
    const { userId, grant } = holder;
    const isOfKey = grant !== null && this.#users.may(userId, right, cameraId);
    throw new VigieError(
      'forbidden',
      isOfKey
        ? `this API key may not ${DOING[right]}; make one with this right`
        : `you may not ${DOING[right]}; an administrator can give you this right`,
    );
  }
}

function noSuchCamera(): VigieError {
  return new VigieError('notFound', 'there is no such camera, or you have no right to it');
}
