/** An event in plain words: what, where, and how long ago. */

import { STALLED_SOURCE } from '../../server/wire/browser-values.ts';
import type { EventKind, EventView } from '../../server/wire/event.ts';
import type { ShownTime } from '../dates/shown-time.ts';
import { shortDuration } from '../ui/relative-time.ts';

export interface EventText {
  what: string;
  where: string;
  when: string;
}

/** Display names. */
export const EVENT_KINDS: Readonly<Record<EventKind, string>> = {
  motion: 'Motion',
  offline: 'Camera offline',
  off: 'Camera switched off',
  detection: 'Detection',
};
const JUST_NOW_MS = 10_000;
/** Older events are shown with their date. */
const LONG_AGO_MS = 7 * 24 * 3_600_000;

/** @param nowMs on the server's clock, ms since the Unix epoch */
export function eventText(event: EventView, nowMs: number, time: ShownTime): EventText {
  return { what: whatOf(event), where: whereOf(event), when: whenOf(event, nowMs, time) };
}

/** A label with a capital, as it begins a line: `Person`. */
export function labelText(label: string): string {
  return label.slice(0, 1).toUpperCase() + label.slice(1);
}

function whatOf({ source, sourceName, kind, label }: EventView): string {
  if (label !== '') return labelText(label);
  return source === 'connection' && sourceName === STALLED_SOURCE ? 'Camera stalled' : EVENT_KINDS[kind];
}

function whereOf({ source, sourceName, score, zones }: EventView): string {
  if (source === 'connection') return '';
  if (source === 'switch') return sourceName === '' ? 'by schedule' : `by ${sourceName}`;
  if (source === 'camera') return 'detected by the camera’s sensor';
  if (source === 'sensor') return `detected by “${sourceName}”`;
  const place = zones.length === 0 ? 'in the picture' : `in ${zones.map((zone) => `“${zone}”`).join(', ')}`;
  if (source !== 'analyser') return place;
  return `${place}, ${Math.round(100 * (score ?? 0))} % sure, by “${sourceName}”`;
}

function whenOf({ startedAtMs, endedAtMs }: EventView, nowMs: number, time: ShownTime): string {
  if (endedAtMs === null) return 'now';
  const agoMs = nowMs - endedAtMs;
  const lastedMs = endedAtMs - startedAtMs;
  const lasted = lastedMs < 1000 ? '' : `, for ${shortDuration(lastedMs)}`;
  if (agoMs < JUST_NOW_MS) return `just now${lasted}`;
  if (agoMs < LONG_AGO_MS) return `${shortDuration(agoMs)} ago${lasted}`;
  return `${time.date(startedAtMs)}${lasted}`;
}
