/** Where a recording's film is, for `<video>`, which shows the media cookie. */
export function filmUrl(cameraId: string, recordingId: string): string {
  return `/api/cameras/${encodeURIComponent(cameraId)}/recordings/${encodeURIComponent(recordingId)}.webm`;
}
