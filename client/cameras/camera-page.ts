/** One camera, as large as the window allows: fullscreen, figures, and a picture to keep. */

import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import { createRef, ref } from 'lit/directives/ref.js';
import '@awesome.me/webawesome/dist/components/button/button.js';
import { isAdministrator, type AppContext } from '../app-context.ts';
import '../live/vigie-camera.ts';
import type { VigieCamera } from '../live/vigie-camera.ts';
import './camera-actions.ts';
import type { CameraAction, CameraActions } from './camera-actions.ts';
import { routePath } from '../routing/routes.ts';
import { sharedStyles } from '../ui/shared-styles.ts';
import './camera-advice.ts';
import './camera-menu.ts';
import '../events/event-list.ts';
import { listen } from '../ui/listen.ts';

/** Safari on iPhones only knows fullscreen of the video itself. */
type AppleVideo = HTMLVideoElement & { webkitEnterFullscreen?: () => void };

export class CameraPage extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: block;
      }
      header {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.5rem;
        margin-bottom: 0.9rem;
      }
      h1 {
        flex: 1;
        min-width: 8rem;
        overflow: hidden;
        font-size: 1.25rem;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .back {
        display: inline-grid;
        width: 2.5rem;
        height: 2.5rem;
        border-radius: 0.6rem;
        color: inherit;
        place-items: center;
      }
      .back:hover {
        background: var(--wa-color-neutral-fill-quiet);
      }
      .tools {
        display: flex;
        align-items: center;
        gap: 0.25rem;
      }
      vigie-camera {
        width: 100%;
        max-height: calc(100dvh - 9.5rem);
        border-radius: 1rem;
      }
      .tools wa-icon,
      .back wa-icon {
        font-size: 1.2rem;
      }
      .below {
        margin-top: 1rem;
      }
      .missing {
        padding: 3rem 1.5rem;
        text-align: center;
      }
      /* A phone on its side: the picture gets the whole height, the bar scrolls away. */
      @media (max-height: 500px) {
        vigie-camera {
          max-height: calc(100dvh - 1rem);
        }
      }
      @media (max-width: 600px) {
        vigie-camera {
          width: calc(100% + 2rem);
          margin-inline: -1rem;
          border-radius: 0;
        }
      }
    `,
  ];
  static override properties = {
    context: { attribute: false },
    cameraId: {},
    showStats: { state: true },
    slow: { state: true },
  };
  declare context: AppContext;
  declare cameraId: string;
  declare protected showStats: boolean;
  /** The picture comes by the slower way. */
  declare protected slow: boolean;
  readonly #camera = createRef<VigieCamera>();
  readonly #actions = createRef<CameraActions>();

  constructor() {
    super();
    this.showStats = false;
    this.slow = false;
    listen(this, (update) => this.context.live.cameras.on('change', update));
  }

  protected override render(): TemplateResult {
    const { cameras } = this.context.live;
    const camera = cameras.find(this.cameraId);
    return html`
      <header>
        <a class="back" href="/" aria-label="All cameras" data-testid="back"
          ><wa-icon name="arrow-left"></wa-icon
        ></a>
        <h1 tabindex="-1" data-testid="camera-title">${camera?.name ?? (cameras.all ? 'Camera' : ' ')}</h1>
        ${this.slow ? html`<a href="/connection" data-testid="why-slow">Why is it slow?</a>` : nothing}
        ${camera ? this.#tools() : nothing}
      </header>
      ${
        cameras.all && !camera
          ? html`<div class="missing card quiet" data-testid="camera-missing">
              There is no such camera, or you may not see it.
            </div>`
          : html`<vigie-camera
              camera-id=${this.cameraId}
              name=""
              .live=${this.context.live}
              ?show-stats=${this.showStats}
              @vigie-status=${({ detail }: CustomEvent<{ way: string | null }>) => {
                this.slow = detail.way === 'pictures';
              }}
              ${ref(this.#camera)}
            ></vigie-camera>`
      }
      ${
        camera?.advice?.length
          ? html`<vigie-camera-advice class="below" .advice=${camera.advice}></vigie-camera-advice>`
          : nothing
      }
      ${
        camera
          ? html`<vigie-event-list
              class="below"
              .context=${this.context}
              .cameraId=${camera.id}
            ></vigie-event-list>`
          : nothing
      }
      <vigie-camera-actions .context=${this.context} ${ref(this.#actions)}></vigie-camera-actions>
    `;
  }

  #tools(): TemplateResult {
    return html`<div class="tools">
      ${tool(
        'gauge',
        this.showStats ? 'Hide figures' : 'Show figures',
        'toggle-stats',
        () => {
          this.showStats = !this.showStats;
        },
        this.showStats,
      )}
      <wa-button
        size="s"
        appearance="plain"
        title="Recordings"
        href=${routePath({ page: 'recordings', cameraId: this.cameraId })}
        data-testid="recordings"
        ><wa-icon name="clock-rotate-left" label="Recordings"></wa-icon
      ></wa-button>
      ${tool('download', 'Save this picture', 'save-snapshot', () => void this.#saveSnapshot())}
      ${tool('expand', 'Fullscreen', 'fullscreen', () => this.#fullscreen())}
      ${
        isAdministrator(this.context.session.user)
          ? html`<vigie-camera-menu
              label="camera"
              @vigie-camera-action=${this.#onAction}
            ></vigie-camera-menu>`
          : nothing
      }
    </div>`;
  }

  readonly #onAction = ({ detail }: CustomEvent<CameraAction>): void => {
    const camera = this.context.live.cameras.find(this.cameraId);
    if (camera) this.#actions.value?.run(detail, camera);
  };

  #fullscreen(): void {
    const camera = this.#camera.value;
    if (!camera) return;
    if (document.fullscreenElement) void document.exitFullscreen();
    else if (document.fullscreenEnabled) void camera.requestFullscreen();
    else (camera.video as AppleVideo).webkitEnterFullscreen?.();
  }

  async #saveSnapshot(): Promise<void> {
    const picture = await this.#camera.value?.takeSnapshot();
    if (!picture) return;
    const name = this.context.live.cameras.find(this.cameraId)?.name ?? 'camera';
    const link = document.createElement('a');
    link.href = URL.createObjectURL(picture);
    link.download = `${name} ${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}.jpg`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }
}

function tool(
  icon: string,
  label: string,
  testId: string,
  onClick: () => void,
  pressed = false,
): TemplateResult {
  return html`<wa-button
    size="s"
    appearance=${pressed ? 'filled' : 'plain'}
    title=${label}
    data-testid=${testId}
    @click=${onClick}
    ><wa-icon name=${icon} label=${label}></wa-icon
  ></wa-button>`;
}

customElements.define('vigie-camera-page', CameraPage);
