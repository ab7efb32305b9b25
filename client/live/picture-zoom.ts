/**
 * Enlarges the picture of an element with the wheel, two fingers, a double click or keys, and moves it by dragging. The page
 * scrolls as usual while the whole picture is shown.
 */

import { panned, WHOLE, zoomed, type ZoomView } from './zoom-view.ts';

const DOUBLE_CLICK_FACTOR = 2.5;
const WHEEL_FACTOR = 1.0015;
/** A turn of a wheel that counts in lines. */
const LINE_PIXELS = 32;

interface Point {
  x: number;
  y: number;
}

export class PictureZoom {
  readonly element: HTMLElement;
  readonly #stop = new AbortController();
  readonly #pointers = new Map<number, Point>();
  #view: ZoomView = WHOLE;

  /** @param element clips what is outside of it, and applies `--vigie-camera-transform` to its picture */
  constructor(element: HTMLElement) {
    this.element = element;
    const { signal } = this.#stop;
    element.addEventListener('wheel', (event) => this.#onWheel(event), { signal, passive: false });
    element.addEventListener('dblclick', (event) => this.#onDoubleClick(event), { signal });
    element.addEventListener('pointerdown', (event) => this.#onDown(event), { signal });
    element.addEventListener('pointermove', (event) => this.#onMove(event), { signal });
    for (const name of ['pointerup', 'pointercancel'] as const)
      element.addEventListener(name, ({ pointerId }) => this.#pointers.delete(pointerId), { signal });
    this.#show(WHOLE);
  }

  /** 1: the whole picture. */
  get scale(): number {
    return this.#view.scale;
  }

  reset(): void {
    this.#show(WHOLE);
  }

  /** Around the middle. */
  by(factor: number): void {
    const { clientWidth: width, clientHeight: height } = this.element;
    this.#zoom(factor, { x: width / 2, y: height / 2 });
  }

  /** Idempotent. */
  close(): void {
    this.#stop.abort();
    this.element.style.removeProperty('--vigie-camera-transform');
  }

  #zoom(factor: number, at: Point): void {
    this.#show(zoomed(this.#view, factor, at, this.#frame));
  }

  #onWheel(event: WheelEvent): void {
    // The page scrolls on where the picture cannot get any smaller.
    if (this.#view.scale === 1 && event.deltaY > 0) return;
    event.preventDefault();
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? event.deltaY : event.deltaY * LINE_PIXELS;
    this.#zoom(WHEEL_FACTOR ** -pixels, this.#pointOf(event));
  }

  #onDoubleClick(event: MouseEvent): void {
    if (this.#view.scale > 1) this.reset();
    else this.#zoom(DOUBLE_CLICK_FACTOR, this.#pointOf(event));
  }

  #onDown(event: PointerEvent): void {
    this.#pointers.set(event.pointerId, this.#pointOf(event));
    if (this.#view.scale > 1) this.element.setPointerCapture(event.pointerId);
  }

  #onMove(event: PointerEvent): void {
    const before = this.#pointers.get(event.pointerId);
    if (!before) return;
    const now = this.#pointOf(event);
    this.#pointers.set(event.pointerId, now);
    const other = [...this.#pointers].find(([id]) => id !== event.pointerId)?.[1];
    if (other) this.#zoom(distance(now, other) / Math.max(1, distance(before, other)), middle(now, other));
    else if (this.#view.scale > 1)
      this.#show(panned(this.#view, now.x - before.x, now.y - before.y, this.#frame));
  }

  #show(view: ZoomView): void {
    this.#view = view;
    const { scale, x, y } = view;
    const { style } = this.element;
    style.setProperty(
      '--vigie-camera-transform',
      scale === 1 ? 'none' : `translate(${x}px, ${y}px) scale(${scale})`,
    );
    // Two fingers are ours; one scrolls the page while there is nothing to move.
    style.touchAction = scale === 1 ? 'pan-x pan-y' : 'none';
    style.cursor = scale === 1 ? '' : 'grab';
  }

  get #frame(): { width: number; height: number } {
    return { width: this.element.clientWidth, height: this.element.clientHeight };
  }

  #pointOf({ clientX, clientY }: MouseEvent): Point {
    const { left, top } = this.element.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  }
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function middle(a: Point, b: Point): Point {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}
