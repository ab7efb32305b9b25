/**
 * `<vigie-motion-picture>`: the camera's moving picture, loaded again after it has failed, and below it whether the server
 * detects motion now. The areas lie over it; their events are passed on as they are.
 *
 * Invariant: the picture's connection ends when the element leaves the page.
 */

import { LitElement, css, html, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import type { EventView } from '../../server/wire/event.ts';
import type { MotionView } from '../../server/wire/motion.ts';
import type { AppContext } from '../app-context.ts';
import { mediaPath } from '../http/request-line.ts';
import { listen } from '../ui/listen.ts';
import { sharedStyles } from '../ui/shared-styles.ts';
import type { AreaKind } from './motion-draft.ts';
import './vigie-area-editor.ts';

const PREVIEW_FPS = 8;
/** After the picture has failed, before the next try. */
const RETRY_MS = 3_000;

export class VigieMotionPicture extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: block;
      }
      .view {
        overflow: hidden;
        border-radius: 0.8rem;
        background: #0b1218;
      }
      .view img {
        min-height: 12rem;
      }
      .now {
        display: flex;
        align-items: center;
        gap: 0.5rem;
        min-height: 2rem;
        margin-top: 0.6rem;
      }
      .now span {
        flex: none;
        width: 0.7rem;
        height: 0.7rem;
        border-radius: 50%;
        background: var(--wa-color-neutral-border-loud);
      }
      .now.moves span {
        background: #22c55e;
      }
    `,
  ];
  static override properties = {
    context: { attribute: false },
    cameraId: {},
    saved: { attribute: false },
    draft: { attribute: false },
    selected: {},
    drawing: {},
    showsMinArea: { attribute: false },
    tries: { state: true },
  };
  declare context: AppContext;
  declare cameraId: string;
  /** The settings in force; other ones begin without motion. */
  declare saved: MotionView | null;
  /** The settings whose areas are drawn into the picture. */
  declare draft: MotionView;
  declare selected: string | null;
  declare drawing: AreaKind | null;
  declare showsMinArea: boolean;
  /** How often the picture was requested. */
  declare protected tries: number;
  /** Motion events that have not ended, by id. */
  readonly #moving = new Map<string, EventView>();
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.tries = 0;
    listen(this, (update) =>
      this.context.live.signaling.on('event', (event) => {
        if (event.cameraId !== this.cameraId || event.source !== 'motion') return;
        if (event.endedAtMs === null) this.#moving.set(event.id, event);
        else this.#moving.delete(event.id);
        update();
      }),
    );
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#retry);
    this.renderRoot.querySelector('img')?.removeAttribute('src');
  }

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('saved')) this.#moving.clear();
  }

  protected override render(): TemplateResult {
    const { draft } = this;
    const source = mediaPath('GET /api/cameras/:cameraId/mjpeg', {
      params: { cameraId: this.cameraId },
      query: { fps: PREVIEW_FPS },
    });
    return html`<div class="view">
        <vigie-area-editor
          .zones=${draft.zones}
          .masks=${draft.masks}
          .selected=${this.selected}
          .drawing=${this.drawing}
          .minArea=${this.showsMinArea ? draft.minArea : null}
          @vigie-select=${this.#forward}
          @vigie-outline=${this.#forward}
          @vigie-drawn=${this.#forward}
        >
          ${keyed(
            this.tries,
            html`<img
              src=${source}
              alt="Picture of the camera"
              draggable="false"
              @error=${() => this.#tryAgain()}
            />`,
          )}
        </vigie-area-editor>
      </div>
      <p class="now ${this.#moving.size > 0 ? 'moves' : ''}" role="status" data-testid="motion-now">
        <span aria-hidden="true"></span>${this.#stateText()}
      </p>`;
  }

  #stateText(): string {
    if (this.#moving.size > 0) {
      const zones = new Set([...this.#moving.values()].flatMap((event) => event.zones));
      return zones.size > 0 ? `Motion in ${[...zones].join(', ')}` : 'Motion';
    }
    return this.saved?.enabled ? 'No motion. Walk past the camera to test.' : 'Motion detection is off.';
  }

  #tryAgain(): void {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.tries++, RETRY_MS);
  }

  readonly #forward = ({ type, detail }: CustomEvent<unknown>): void => {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  };
}

customElements.define('vigie-motion-picture', VigieMotionPicture);
