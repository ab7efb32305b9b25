/** What is measured of a camera, for the server's figures. Pure. */

import type { CameraConnectionView, CameraRefusals, CameraStatus, CameraView } from '../wire/camera.ts';

/** Undefined: it is not known. */
export interface CameraFigures {
  id: string;
  status: CameraStatus;
  /** ms since the Unix epoch; null: it never sent a picture. */
  lastFrameAtMs: number | null;
  isConnected: boolean;
  fps: number | undefined;
  rssiDbm: number | undefined;
  roundTripMs: number | null | undefined;
  framesRefused: number;
}

export function cameraFigures(
  { id, status, lastFrameAtMs }: Pick<CameraView, 'id' | 'status' | 'lastFrameAtMs'>,
  {
    online,
    fps,
    telemetry,
    roundTripMs,
  }: Pick<CameraConnectionView, 'online' | 'fps' | 'roundTripMs'> & {
    telemetry?: { rssi: number } | null;
  },
  refusals: CameraRefusals | undefined,
): CameraFigures {
  const framesRefused = Object.values(refusals?.counts ?? {}).reduce((sum, count) => sum + count, 0);
  return {
    id,
    status,
    lastFrameAtMs,
    isConnected: online,
    fps,
    rssiDbm: telemetry?.rssi,
    roundTripMs,
    framesRefused,
  };
}
