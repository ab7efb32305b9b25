/** The losses when recordings are deleted, in words. */

import type { Expired, RecordedAmount, RecordedSegment } from '../../server/wire/recording.ts';
import { bytesText, countText } from '../ui/byte-text.ts';
import type { Stake } from '../ui/confirm-dialog.ts';

/** Chosen ones are deleted whether they are protected or not. */
export function deletionStake(segments: readonly Pick<RecordedSegment, 'bytes' | 'protected'>[]): Stake {
  const bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0);
  const protectedCount = segments.filter((segment) => segment.protected).length;
  const protectedText = protectedCount === 0 ? '' : `, ${protectedCount} protected`;
  return {
    lost: [`${bytesText(bytes)} of recordings (${countText(segments.length, 'segment')}${protectedText})`],
    note: 'Segments last up to one minute, so parts outside the selection are deleted, too.',
  };
}

/** All of a removed camera’s, except protected ones. */
export function removedCameraStake(amount: RecordedAmount): Stake {
  const { count, bytes, protectedCount, protectedBytes } = amount;
  const segments = countText(count - protectedCount, 'segment');
  return {
    lost: [`${bytesText(bytes - protectedBytes)} of recordings (${segments})`],
    ...(protectedCount > 0 && {
      note: `${countText(protectedCount, 'protected segment')} (${bytesText(protectedBytes)}) ${protectedCount === 1 ? 'is' : 'are'} kept.`,
    }),
  };
}

/** The losses of a shorter retention; undefined when nothing is old enough. */
export function expiryStake(
  { recordings, bytes, cameras, eventPictures }: Expired,
  days: number,
): Stake | undefined {
  const ofRecordings = `${bytesText(bytes)} of recordings (${countText(recordings, 'segment')} of ${countText(cameras, 'camera')})`;
  const ofPictures = countText(eventPictures, 'picture of an event', 'pictures of events');
  const note = `Protected recordings stay. From now on, others are deleted once they are older than ${countText(days, 'day')}.`;
  if (recordings === 0) return eventPictures === 0 ? undefined : { lost: [ofPictures], note };
  return { lost: eventPictures === 0 ? [ofRecordings] : [ofRecordings, ofPictures], note };
}

/** Why nothing goes for its age yet. @param remainingMs null while something says that the clock is wrong */
export function clockWords(remainingMs: number | null): string {
  if (remainingMs === null)
    return 'Nothing is deleted because of its age while the server’s clock may be wrong. Set the clock right.';
  const hours = countText(Math.max(1, Math.ceil(remainingMs / 3_600_000)), 'hour');
  return `Nothing is deleted because of its age yet: Vigie trusts the server’s date after it has run for ${hours} more without its clock being set. Restarts do not matter.`;
}
