/**
 * The part of a picture that is shown, when it is enlarged: how much, and how far it is moved. Pure.
 *
 * Invariant: the picture covers its frame, at any scale.
 */

export interface ZoomView {
  /** From 1, the whole picture. */
  scale: number;
  /** Place of the picture's upper left corner, in pixels of its frame; 0 or less. */
  x: number;
  y: number;
}

export interface Frame {
  width: number;
  height: number;
}

export const WHOLE: ZoomView = { scale: 1, x: 0, y: 0 };
export const MAX_SCALE = 8;

/** @param at the point that stays where it is, in pixels of the frame */
export function zoomed(view: ZoomView, factor: number, at: { x: number; y: number }, frame: Frame): ZoomView {
  const scale = Math.min(MAX_SCALE, Math.max(1, view.scale * factor));
  const by = scale / view.scale;
  return within({ scale, x: at.x - (at.x - view.x) * by, y: at.y - (at.y - view.y) * by }, frame);
}

export function panned(view: ZoomView, dx: number, dy: number, frame: Frame): ZoomView {
  return within({ ...view, x: view.x + dx, y: view.y + dy }, frame);
}

function within({ scale, x, y }: ZoomView, { width, height }: Frame): ZoomView {
  return { scale, x: clamp(x, width * (1 - scale)), y: clamp(y, height * (1 - scale)) };
}

/** @returns no negative zero */
function clamp(offset: number, least: number): number {
  return Math.min(0, Math.max(least, offset)) || 0;
}
