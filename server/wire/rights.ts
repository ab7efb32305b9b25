/**
 * The rights of a viewer to a camera, independent of each other: one vocabulary for the API, signaling, the media cookie and all
 * other checks. An administrator has all of them to every camera. No zod here: the browser uses it at run time.
 */

/**
 * - `live`: the picture of this moment, as video or JPEG
 * - `lookBack`: recordings: timeline, playback, download
 * - `events`: the log of events, their pictures, notifications of them
 * - `control`: camera settings, lamp, restart, the privacy switch
 */
export const RIGHTS = ['live', 'lookBack', 'events', 'control'] as const;
export type Right = (typeof RIGHTS)[number];

/** A camera and a user's rights to it; never empty. */
export interface CameraRights {
  cameraId: string;
  rights: Right[];
}
