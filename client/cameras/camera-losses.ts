/** The losses when a camera is removed or its key rotated, in words. */

import type { CameraLosses } from '../../server/wire/recording.ts';
import { bytesText, countText } from '../ui/byte-text.ts';
import type { Stake } from '../ui/confirm-dialog.ts';
import type { Losses } from '../ui/loss-list.ts';

export function removalStake({ recordings, events, sensors }: CameraLosses): Stake {
  const lost: Losses = [
    'The camera’s key and settings: it can no longer connect',
    ...(events > 0 ? [`${countText(events, 'event')} with ${events === 1 ? 'its' : 'their'} pictures`] : []),
    ...(sensors > 0
      ? [
          `${countText(sensors, 'sensor')}: ${sensors === 1 ? 'its token stops' : 'their tokens stop'} working`,
        ]
      : []),
  ];
  const { count, bytes, protectedCount, protectedBytes } = recordings;
  if (count === 0) return { lost };
  const protectedText = protectedCount === 0 ? '' : `, ${protectedCount} protected,`;
  const kept = `${bytesText(bytes)} of recordings${protectedText} are kept: they stay under Recordings, at the removed cameras.`;
  if (count === protectedCount) return { lost, note: kept };
  const protectedKept = `${countText(protectedCount, 'protected recording')} (${bytesText(protectedBytes)}) ${protectedCount === 1 ? 'is' : 'are'} kept.`;
  return {
    lost,
    note: kept,
    option: {
      label: 'Also delete recordings',
      lost: [...lost, `${bytesText(bytes - protectedBytes)} of recordings`],
      ...(protectedCount > 0 && { note: protectedKept }),
    },
  };
}

export const NEW_KEY_STAKE: Stake = {
  lost: ['The current key: it stops working immediately'],
  note: 'The camera stays offline until you enter the new key on it.',
};

export const NEW_CODE_STAKE: Stake = {
  lost: ['The current key, as soon as a camera uses the code'],
  note: 'The code is valid for 15 minutes. The camera that uses it gets a new key.',
};
