/**
 * Whether a camera can be given a firmware: over this connection at all, and this very image. Sentences for people,
 * for a no must say what to do.
 */

import { OTA_CAPABILITY, type FirmwareTarget } from '../../wire/camera-protocol.ts';
import { compareFirmwareVersions } from '../../wire/firmware-version.ts';

/** What a camera said of itself, and how it came. */
export interface CameraDevice {
  firmware: string;
  board: string;
  /** Undefined when it did not say. */
  target: string | undefined;
  rolledBackFrom: string | undefined;
  capabilities: readonly string[];
  /** Whether its connection is encrypted all the way, as far as this server can know. */
  secure: boolean;
}

/** Something about the connection, so that it may be gone the next time the camera connects. @returns null when there is none */
export function connectionObstacle({ secure, capabilities }: CameraDevice): string | null {
  if (!secure)
    return 'this camera connects by ws:, where an update could be exchanged on its way. Set its server address to wss: first.';
  if (!capabilities.includes(OTA_CAPABILITY))
    return 'this camera offers no updates over the air: its firmware is too old for that, or does not verify the certificate of this server, or its flash has room for one firmware only. Flash it by cable.';
  return null;
}

/** Something about image and camera, which waiting does not mend. @returns null when there is none */
export function imageObstacle(
  device: Pick<CameraDevice, 'firmware' | 'target'>,
  image: { version: string; target: FirmwareTarget },
  allowOlder: boolean,
): string | null {
  if (device.target !== image.target)
    return `this firmware is for ${image.target}, and the camera ${device.target === undefined ? 'does not say what it is' : `is of the kind ${device.target}`}`;
  if (!allowOlder && compareFirmwareVersions(image.version, device.firmware) <= 0) {
    const relation = image.version === device.firmware ? 'the same' : 'not newer';
    return `the camera runs ${device.firmware || 'a firmware without a version'}, and ${image.version} is ${relation}: allow it explicitly to put it on all the same`;
  }
  return null;
}
