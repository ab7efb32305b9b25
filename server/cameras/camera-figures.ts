/** Measured figures of a camera, for the server's metrics. Pure. */

import type { CameraFigures } from '../core/cameras.ts';
import type { CameraConnectionView, CameraRefusals, CameraView } from '../wire/camera.ts';

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
