/** How a camera is set up, requested as a whole, and in words. */

import type { SensorView } from '../../server/wire/event.ts';
import type { CameraFirmwareView } from '../../server/wire/firmware.ts';
import type { MotionView } from '../../server/wire/motion.ts';
import type { RecordingMode } from '../../server/wire/recording.ts';
import type { UserView } from '../../server/wire/account.ts';
import { RIGHTS, type Right } from '../../server/wire/rights.ts';
import type { Api } from '../http/api.ts';
import { errorText } from '../http/api-error.ts';

export interface CameraSetup {
  cameraId: string;
  mode: RecordingMode;
  motion: MotionView;
  sensors: readonly SensorView[];
  users: readonly UserView[];
  firmware: CameraFirmwareView;
}

/** For administrators. @returns either of the two */
export async function loadSetup(
  api: Api,
  cameraId: string,
): Promise<{ setup: CameraSetup; error: null } | { setup: null; error: string }> {
  const params = { cameraId };
  try {
    const [{ settings }, motion, sensors, users, firmware] = await Promise.all([
      api.call('GET /api/cameras/:cameraId/recording', { params }),
      api.call('GET /api/cameras/:cameraId/motion', { params }),
      api.call('GET /api/cameras/:cameraId/sensors', { params }),
      api.call('GET /api/users'),
      api.call('GET /api/cameras/:cameraId/update', { params }),
    ]);
    return { setup: { cameraId, mode: settings.mode, motion, sensors, users, firmware }, error: null };
  } catch (error) {
    return { setup: null, error: errorText(error) };
  }
}

export type SetupTexts = Readonly<Record<'recording' | 'motion' | 'sensors' | 'access' | 'firmware', string>>;

const MODES: Readonly<Record<RecordingMode, string>> = {
  off: 'Off. Nothing is recorded.',
  continuous: 'Continuous.',
  events: 'Events only.',
};
const RIGHT_WORDS: Readonly<Record<Right, string>> = {
  live: 'Live',
  lookBack: 'Recordings',
  events: 'Events',
  control: 'Control',
};

export function setupTexts({ cameraId, mode, motion, sensors, users, firmware }: CameraSetup): SetupTexts {
  const viewers = users.flatMap(({ username, cameras }) => {
    const rights = cameras.find((given) => given.cameraId === cameraId)?.rights ?? [];
    const words = RIGHTS.filter((right) => rights.includes(right)).map((right) => RIGHT_WORDS[right]);
    return words.length > 0 ? [`${username}: ${words.join(', ')}`] : [];
  });
  return {
    recording: MODES[mode],
    motion: motion.enabled
      ? `On${motion.zones.length > 0 ? ` in ${countOf(motion.zones, 'zone')}` : ''}.`
      : 'Off.',
    sensors: sensors.length === 0 ? 'None.' : sensors.map(({ name }) => name).join(', '),
    access: viewers.length === 0 ? 'Administrators only.' : `Administrators. ${viewers.join('; ')}`,
    firmware: firmware.firmware ?? 'Not known until the camera connects.',
  };
}

function countOf(items: readonly unknown[], noun: string): string {
  return `${items.length} ${noun}${items.length === 1 ? '' : 's'}`;
}
