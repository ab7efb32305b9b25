/** The settings of a camera's motion during editing: the stored and the changed ones. Pure. */

import type { MotionArea, MotionView } from '../../server/wire/motion.ts';
import { freshName, type Outline } from './outline.ts';

export type AreaKind = 'zone' | 'mask';

const MAX_AREAS = 8;
const WORDS: Record<AreaKind, string> = { zone: 'Zone', mask: 'Mask' };
const LISTS = { zone: 'zones', mask: 'masks' } as const;

export function areasOf(view: MotionView, kind: AreaKind): MotionArea[] {
  return view[LISTS[kind]];
}

export function hasRoom(view: MotionView, kind: AreaKind): boolean {
  return areasOf(view, kind).length < MAX_AREAS;
}

/** @returns the settings with one more, and its id */
export function withArea(
  view: MotionView,
  kind: AreaKind,
  outline: Outline,
): { view: MotionView; id: string } {
  const areas = areasOf(view, kind);
  const name = freshName(
    WORDS[kind],
    areas.map((area) => area.name),
  );
  const id = freshName(
    kind,
    areas.map((area) => area.id.replace('-', ' ')),
  ).replace(' ', '-');
  return { view: { ...view, [LISTS[kind]]: [...areas, { id, name, points: mutable(outline) }] }, id };
}

/** Whichever list it is in. */
export function withChangedArea(
  view: MotionView,
  id: string,
  change: { name?: string; outline?: Outline },
): MotionView {
  const { name, outline } = change;
  const changed = (area: MotionArea): MotionArea =>
    area.id === id
      ? { ...area, ...(name !== undefined && { name }), ...(outline && { points: mutable(outline) }) }
      : area;
  return { ...view, zones: view.zones.map(changed), masks: view.masks.map(changed) };
}

export function withoutArea(view: MotionView, id: string): MotionView {
  const stays = (area: MotionArea): boolean => area.id !== id;
  return { ...view, zones: view.zones.filter(stays), masks: view.masks.filter(stays) };
}

export function isSame(one: MotionView, other: MotionView): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function mutable(outline: Outline): [x: number, y: number][] {
  return outline.map(([x, y]) => [x, y]);
}
