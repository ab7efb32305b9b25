/** Where a recording's film is, for `<video>`, which shows the media cookie. */

import { mediaPath } from '../http/request-line.ts';

export function filmUrl(cameraId: string, recordingId: string): string {
  const params = { cameraId, recordingId };
  return mediaPath('GET /api/cameras/:cameraId/recordings/:recordingId.webm', { params });
}
