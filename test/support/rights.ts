/** Rights as tests give them. */

import type { CameraRights, Right } from '../../server/wire/rights.ts';

/** The rights of a viewer from before rights were given one by one. */
export const WATCHING: readonly Right[] = ['live', 'lookBack', 'events'];

/** @param rights to each of the cameras; all but control when left out */
export function rightsTo(cameraIds: readonly string[], rights: readonly Right[] = WATCHING): CameraRights[] {
  return cameraIds.map((cameraId) => ({ cameraId, rights: [...rights] }));
}
