/** Detections in words. Pure. */

import type { DetectedBox } from '../../server/wire/detection.ts';

/** `person 87 %` */
export function boxText({ label, score }: Pick<DetectedBox, 'label' | 'score'>): string {
  return `${label} ${Math.round(100 * score)} %`;
}

/** `Detected: 2 person, 1 dog`, the most frequent first. */
export function boxesText(boxes: readonly Pick<DetectedBox, 'label'>[]): string {
  const counts = [...Map.groupBy(boxes, ({ label }) => label)].map(([label, { length }]) => ({
    label,
    length,
  }));
  counts.sort((a, b) => b.length - a.length || a.label.localeCompare(b.label));
  return `Detected: ${counts.map(({ label, length }) => `${length} ${label}`).join(', ')}`;
}
