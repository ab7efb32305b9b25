/** The vocabulary of an API key's rights. No zod here: the browser uses it at run time. */

import { RIGHTS } from './rights.ts';

/**
 * The rights to a camera, and two that no person has:
 *
 * - `publish`: to send its pictures
 * - `analyse`: to report what is in its pictures, and nothing else; to see them, an analyser needs `live` as well
 *
 * Only administrators give these two.
 */
export const PROGRAM_RIGHTS = ['publish', 'analyse'] as const;
export type ProgramRight = (typeof PROGRAM_RIGHTS)[number];

export const KEY_RIGHTS = [...RIGHTS, ...PROGRAM_RIGHTS] as const;
export type KeyRight = (typeof KEY_RIGHTS)[number];

/**
 * Rights that concern no single camera; only administrators grant them.
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
