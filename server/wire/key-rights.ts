/** The words of what an API key may do. No zod here: the browser uses it at run time. */

import { RIGHTS } from './rights.ts';

/** The rights to a camera, and `publish`: to send its pictures. */
export const KEY_RIGHTS = [...RIGHTS, 'publish'] as const;
export type KeyRight = (typeof KEY_RIGHTS)[number];

/**
 * What is not of one camera; only administrators give it.
 *
 * - `administer`: everything that an administrator may
 * - `metrics`: the figures of the server
 */
export const KEY_POWERS = ['administer', 'metrics'] as const;
export type KeyPower = (typeof KEY_POWERS)[number];

export interface KeyCameraRights {
  cameraId: string;
  rights: KeyRight[];
}
