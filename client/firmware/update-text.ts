/** The state of a camera's update in words. */

import type { UpdateView } from '../../server/wire/firmware.ts';
import type { FirmwareTarget } from '../../server/wire/camera-protocol.ts';

export interface UpdateText {
  text: string;
  tone: 'neutral' | 'success' | 'danger';
  /** 0 … 1; null if the progress cannot be measured, undefined if no update is running. */
  progress: number | null | undefined;
  /** The label of the button beside it; null: no button. */
  action: 'Cancel' | 'Dismiss' | null;
}

const BOARDS: Readonly<Record<FirmwareTarget, string>> = {
  esp32: 'ESP32',
  esp32s3: 'ESP32-S3',
  host: 'Linux',
};

export function boardName(target: string): string {
  return Object.hasOwn(BOARDS, target) ? BOARDS[target as FirmwareTarget] : target;
}

export function megabytes(bytes: number): string {
  if (bytes === 0) return '0 MB';
  return bytes < 100_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function progressText(receivedBytes: number, bytes: number): string {
  const inUnit = (unitBytes: number, unit: string): string =>
    `${(receivedBytes / unitBytes).toFixed(1)} of ${(bytes / unitBytes).toFixed(1)} ${unit}`;
  return bytes < 100_000 ? inUnit(1000, 'kB') : inUnit(1_000_000, 'MB');
}

export function updateText(update: UpdateView): UpdateText {
  const { version, state, reason, receivedBytes, bytes } = update;
  switch (state) {
    case 'staged':
      return {
        text: reason
          ? `Update to ${version} is waiting: ${reason}`
          : `Update to ${version} is waiting for the camera to come online.`,
        tone: 'neutral',
        progress: undefined,
        action: 'Cancel',
      };
    case 'offered':
      return {
        text: `Starting the update to ${version}.`,
        tone: 'neutral',
        progress: null,
        action: 'Cancel',
      };
    case 'downloading':
      return {
        text: `Downloading ${version}: ${progressText(receivedBytes, bytes)}. Video may pause.`,
        tone: 'neutral',
        progress: receivedBytes / bytes,
        action: 'Cancel',
      };
    case 'restarting':
      return { text: `Restarting with ${version}.`, tone: 'neutral', progress: null, action: null };
    case 'done':
      return { text: `Updated to ${version}.`, tone: 'success', progress: undefined, action: 'Dismiss' };
    case 'rolledBack':
      return {
        text: `Rolled back to the previous version: ${reason ?? `${version} did not work`}.`,
        tone: 'danger',
        progress: undefined,
        action: 'Dismiss',
      };
    case 'failed':
      return {
        text: `Update to ${version} failed${reason === null ? '' : `: ${reason}`}.`,
        tone: 'danger',
        progress: undefined,
        action: 'Dismiss',
      };
    default:
      return state satisfies never;
  }
}
