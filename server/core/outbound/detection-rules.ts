/** Decides which detections a user is notified of. */

import type { EventView } from '../../wire/event.ts';
import type { DetectionRule } from '../../wire/notification.ts';
import type { WallTime } from '../local-time.ts';
import { isScheduled } from '../recording/recording-schedule.ts';

/** @param now on the site's clock. @returns true for other kinds of events, and without rules */
export function isWantedDetection(
  rules: readonly DetectionRule[],
  { kind, label, cameraId }: Pick<EventView, 'kind' | 'label' | 'cameraId'>,
  now: WallTime,
): boolean {
  if (kind !== 'detection' || rules.length === 0) return true;
  return rules.some(
    (rule) =>
      rule.label === label &&
      (rule.cameraIds.length === 0 || rule.cameraIds.includes(cameraId)) &&
      isScheduled(rule.hours, now),
  );
}
