/**
 * The size at which an element shows its camera: device pixels, whether the camera is focused, and whether the picture is in a
 * separate window (picture-in-picture), which stays visible while the page is hidden. The server sends no more than that.
 *
 * Invariant: an element out of view has no view, unless its picture is in a separate window.
 */

import { MAX_SHOWN_PIXELS, type ShownView } from '../../server/wire/shown-view.ts';

export interface ElementView extends ShownView {
  focused: boolean;
  /** In picture-in-picture. */
  isApart: boolean;
}

/** A picture begins shortly before it is scrolled into view. */
const VIEW_MARGIN = '200px';
/** The eye sees no finer detail in moving pictures; phones have three device pixels for each of CSS and more. */
const MAX_PIXEL_RATIO = 2;
/** A scroll bar that appears or disappears does not count as a new size. */
const STEP_PIXELS = 16;

/** @param cssWidth in CSS pixels, as `cssHeight` */
export function shownSize(
  cssWidth: number,
  cssHeight: number,
  pixelRatio: number,
): Pick<ShownView, 'width' | 'height'> {
  const ratio = Math.min(pixelRatio, MAX_PIXEL_RATIO);
  return { width: stepUp(cssWidth * ratio), height: stepUp(cssHeight * ratio) };
}

/** The view of a camera that several elements show; undefined when none does. */
export function combinedView(views: Iterable<ElementView>): ElementView | undefined {
  let all: ElementView | undefined;
  for (const view of views) {
    all = {
      width: Math.max(view.width, all?.width ?? 0),
      height: Math.max(view.height, all?.height ?? 0),
      focused: view.focused || (all?.focused ?? false),
      isApart: view.isApart || (all?.isApart ?? false),
    };
  }
  return all;
}

export function isSameView(a: ElementView | undefined, b: ElementView | undefined): boolean {
  return (
    a?.width === b?.width && a?.height === b?.height && a?.focused === b?.focused && a?.isApart === b?.isApart
  );
}

export class ElementViewWatch {
  readonly #host: HTMLElement;
  readonly #video: HTMLVideoElement;
  readonly #isFocused: () => boolean;
  readonly #onView: (view: ElementView | undefined) => void;
  readonly #intersections = new IntersectionObserver(
    (entries) => {
      this.#isInView = entries.at(-1)?.isIntersecting ?? true;
      this.update();
    },
    { rootMargin: VIEW_MARGIN },
  );
  readonly #sizes = new ResizeObserver(() => this.update());
  #isInView = true;
  #apart: PictureInPictureWindow | null = null;
  #stop = new AbortController();
  #view: ElementView | undefined;

  /**
   * @param video in `host`
   * @param isFocused whether this camera is focused
   * @param onView called when the view has changed; undefined: it is out of view
   */
  constructor(
    host: HTMLElement,
    video: HTMLVideoElement,
    isFocused: () => boolean,
    onView: (view: ElementView | undefined) => void,
  ) {
    this.#host = host;
    this.#video = video;
    this.#isFocused = isFocused;
    this.#onView = onView;
  }

  /** Undefined while it is out of view. Before the first observation it counts as in view: the picture must not wait for that. */
  get view(): ElementView | undefined {
    if (!this.#isInView && !this.#apart) return undefined;
    const { clientWidth, clientHeight } = this.#host;
    const { width, height } = this.#apart ?? { width: clientWidth, height: clientHeight };
    return {
      ...shownSize(width, height, devicePixelRatio),
      focused: this.#isFocused() || this.#apart !== null || this.#host.matches(':fullscreen'),
      isApart: this.#apart !== null,
    };
  }

  /** The element is on the page. */
  start(): void {
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    this.#intersections.observe(this.#host);
    this.#sizes.observe(this.#host);
    this.#video.addEventListener(
      'enterpictureinpicture',
      ({ pictureInPictureWindow }) => {
        this.#apart = pictureInPictureWindow;
        pictureInPictureWindow.addEventListener('resize', () => this.update(), { signal });
        this.update();
      },
      { signal },
    );
    this.#video.addEventListener(
      'leavepictureinpicture',
      () => {
        this.#apart = null;
        this.update();
      },
      { signal },
    );
    // Zoomed, or moved to another screen; not every browser's observer detects this.
    window.addEventListener('resize', () => this.update(), { signal });
  }

  /** The element has left the page. Idempotent. */
  stop(): void {
    this.#stop.abort();
    this.#intersections.disconnect();
    this.#sizes.disconnect();
    this.#isInView = true;
    this.#apart = null;
    this.#view = undefined;
  }

  /** Call it when `isFocused` has changed. */
  update(): void {
    const { view } = this;
    if (isSameView(view, this.#view)) return;
    this.#view = view;
    this.#onView(view);
  }
}

function stepUp(pixels: number): number {
  const stepped = Math.ceil(pixels / STEP_PIXELS) * STEP_PIXELS;
  return Math.min(MAX_SHOWN_PIXELS, Math.max(STEP_PIXELS, stepped));
}
