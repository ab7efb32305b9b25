/**
 * Whether a camera can take a firmware: over this connection at all, and this image. Refusals are sentences for people
 * that say what to do.
 */

import { OTA_CAPABILITY, type FirmwareTarget } from '../../wire/camera-protocol.ts';
import { compareFirmwareVersions } from '../../wire/firmware-version.ts';

/** The camera's report about itself, and its connection. */
export interface CameraDevice {
  firmware: string;
  board: string;
  /** Undefined when it was not reported. */
  target: string | undefined;
  rolledBackFrom: string | undefined;
  capabilities: readonly string[];
  /** Whether its connection is encrypted all the way, as far as this server can know. */
  secure: boolean;
}

/** An obstacle of the connection, which may be gone when the camera reconnects. @returns null without one */
export function connectionObstacle({ secure, capabilities }: CameraDevice): string | null {
  if (!secure)
    return 'this camera connects by ws:, where an update could be modified in transit. Set its server address to wss: first.';
  if (!capabilities.includes(OTA_CAPABILITY))
    return 'this camera takes no updates over the air: its firmware is too old, or does not verify the certificate of this server, or its flash has room for one firmware only. Flash it by cable.';
  return null;
}

/** An obstacle of image and camera, which waiting does not remove. @returns null without one */
export function imageObstacle(
  device: Pick<CameraDevice, 'firmware' | 'target'>,
  image: { version: string; target: FirmwareTarget },
  allowOlder: boolean,
): string | null {
  if (device.target !== image.target)
    return `this firmware is for ${image.target}, and the camera ${device.target === undefined ? 'does not say what it is' : `is of the kind ${device.target}`}`;
  if (!allowOlder && compareFirmwareVersions(image.version, device.firmware) <= 0) {
    const relation = image.version === device.firmware ? 'the same' : 'not newer';
    return `the camera runs ${device.firmware || 'a firmware without a version'}, and ${image.version} is ${relation}: to install it anyway, allow it explicitly`;
  }
  return null;
}
