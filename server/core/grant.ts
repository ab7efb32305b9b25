/**
 * The part of its user's rights that an API key has. Pure: the user's own rights are looked up elsewhere
 * (accounts/access.ts), and a key has a right only while both have it.
 *
 * Invariant: a grant gives only the rights that it names; `null` stands for the user in person, who needs no grant.
 */

import { KEY_RIGHTS, type KeyCameraRights, type KeyPower, type KeyRight } from '../wire/key-rights.ts';

export interface Grant {
  /** To every camera of the user, also to cameras added later. */
  everyCamera: readonly KeyRight[];
  cameras: readonly KeyCameraRights[];
  powers: readonly KeyPower[];
}

/** A caller and its grant; null: the user in person. */
export interface Holder {
  userId: string;
  grant: Grant | null;
}

/** The key of a caller, as the audit log names it; empty: in person. */
export function keyDetails({
  sessionId,
  keyName,
}: {
  sessionId: string;
  keyName?: string | undefined;
}): Record<string, string> {
  return keyName === undefined ? {} : { key: keyName, byKeyId: sessionId };
}

export function inPerson(userId: string): Holder {
  return { userId, grant: null };
}

/** In the order of the vocabulary. */
export function rightsGranted(grant: Grant, cameraId: string): KeyRight[] {
  const named = grant.cameras.filter((each) => each.cameraId === cameraId).flatMap(({ rights }) => rights);
  const given = new Set([...grant.everyCamera, ...named]);
  return KEY_RIGHTS.filter((right) => given.has(right));
}

/** An administrator's key with `administer` has every right, like the administrator. */
export function isGranted(grant: Grant | null, right: KeyRight, cameraId: string): boolean {
  if (grant === null || hasPower(grant, 'administer')) return true;
  return rightsGranted(grant, cameraId).includes(right);
}

/** Whether the other grant includes all of this one. Null: a user in person, whose own rights are the bound. */
export function isWithin(asked: Grant, grant: Grant | null): boolean {
  if (grant === null || hasPower(grant, 'administer')) return true;
  return (
    asked.powers.every((power) => hasPower(grant, power)) &&
    asked.everyCamera.every((right) => grant.everyCamera.includes(right)) &&
    asked.cameras.every(({ cameraId, rights }) => rights.every((right) => isGranted(grant, right, cameraId)))
  );
}

export function hasPower(grant: Grant | null, power: KeyPower): boolean {
  return grant === null || grant.powers.includes(power) || grant.powers.includes('administer');
}
