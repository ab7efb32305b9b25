/** The part of the window that a page's list may fill: from its top to the bottom of the window, less the frame's padding. */

import type { LitElement, ReactiveController } from 'lit';
import type { WallSpace } from './wall-layout.ts';

/** A list of less height is not fitted to one screen. */
const MIN_HEIGHT_PX = 160;

export class WallSpaceOf implements ReactiveController {
  readonly #host: LitElement;
  /** The page moves too when something appears above it, for example an alarm. */
  readonly #observer = new ResizeObserver(() => this.#measure());
  #space: WallSpace;

  constructor(host: LitElement) {
    this.#host = host;
    this.#space = { width: window.innerWidth, height: window.innerHeight, gap: 0 };
    host.addController(this);
  }

  get space(): WallSpace {
    return this.#space;
  }

  hostConnected(): void {
    this.#observer.observe(this.#host);
    // The frame's main part loses the height of anything that appears above it.
    this.#observer.observe(this.#host.parentElement ?? document.body);
    window.addEventListener('resize', this.#measure);
  }

  hostDisconnected(): void {
    this.#observer.disconnect();
    window.removeEventListener('resize', this.#measure);
  }

  hostUpdated(): void {
    this.#measure();
  }

  readonly #measure = (): void => {
    const list = this.#host.renderRoot.querySelector('ul');
    if (!list) return;
    const top = list.getBoundingClientRect().top + window.scrollY;
    const frame = this.#host.parentElement ?? document.body;
    const below = Number.parseFloat(getComputedStyle(frame).paddingBottom) || 0;
    const height = Math.max(MIN_HEIGHT_PX, Math.floor(window.innerHeight - top - below));
    const width = Math.floor(this.#host.getBoundingClientRect().width);
    const gap = Number.parseFloat(getComputedStyle(list).columnGap) || 0;
    if (width === this.#space.width && height === this.#space.height && gap === this.#space.gap) return;
    this.#space = { width, height, gap };
    this.#host.requestUpdate();
  };
}
