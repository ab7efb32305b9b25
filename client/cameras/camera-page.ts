/** One camera, as large as the window allows: full screen, statistics, and snapshots. */

import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import { createRef, ref } from 'lit/directives/ref.js';
import type { CameraView } from '../../server/wire/camera.ts';
import { isAdministrator, type AppContext } from '../app-context.ts';
import { saveAs } from '../http/receive-file.ts';
import '../live/vigie-camera.ts';
import '../live/vigie-quality-menu.ts';
import type { VigieCamera } from '../live/vigie-camera.ts';
import { noLiveView, noLiveViewStyles } from './no-live-view.ts';
import './vigie-camera-actions.ts';
import type { CameraAction, CameraActions } from './vigie-camera-actions.ts';
import { routePath } from '../routing/routes.ts';
import { iconButton } from '../ui/icon-button.ts';
import { pageHeader, pageHeaderStyles } from '../ui/page-header.ts';
import { sharedStyles } from '../ui/shared-styles.ts';
import './vigie-camera-advice.ts';
import './vigie-camera-menu.ts';
import './vigie-camera-refusals.ts';
import '../events/vigie-event-list.ts';
import { listen } from '../ui/listen.ts';

/** Safari on iPhones supports full screen only for the video itself. */
type AppleVideo = HTMLVideoElement & { webkitEnterFullscreen?: () => void };

export class CameraPage extends LitElement {
  static override styles = [
    sharedStyles,
    pageHeaderStyles,
    noLiveViewStyles,
    css`
      :host {
        display: block;
      }
      vigie-camera {
        width: 100%;
        max-height: calc(100dvh - 7.4rem);
        border-radius: 1rem;
      }
      .below {
        margin-top: 1rem;
      }
      .missing {
        padding: 3rem 1.5rem;
        text-align: center;
      }
      /* A phone in landscape: the picture gets the whole height, the bar scrolls away. */
      @media (max-height: 500px) {
        vigie-camera {
          max-height: calc(100dvh - 1rem);
        }
      }
      @media (max-width: 600px) {
        vigie-camera {
          width: calc(100% + 1.5rem);
          margin-inline: -0.75rem;
          border-radius: 0;
        }
      }
    `,
  ];
  static override properties = {
    context: { attribute: false },
    cameraId: {},
    showStats: { state: true },
    usesPictures: { state: true },
  };
  declare context: AppContext;
  declare cameraId: string;
  declare protected showStats: boolean;
  /** The picture is the fallback. */
  declare protected usesPictures: boolean;
  readonly #camera = createRef<VigieCamera>();
  readonly #actions = createRef<CameraActions>();

  constructor() {
    super();
    this.showStats = false;
    this.usesPictures = false;
    listen(this, (update) => this.context.live.cameras.on('change', update));
    listen(this, (update) => this.context.live.detectionsChoice.on('change', update));
  }

  protected override render(): TemplateResult {
    const { cameras } = this.context.live;
    const camera = cameras.find(this.cameraId);
    return html`
      ${pageHeader({
        title: camera?.name ?? (cameras.all ? 'Camera' : ' '),
        testId: 'camera-title',
        isLow: true,
        back: { href: routePath({ page: 'cameras' }), label: 'All cameras' },
        actions: camera ? this.#tools(camera) : undefined,
      })}
      ${
        cameras.all && !camera
          ? html`<div class="missing card quiet" data-testid="camera-missing">
              This camera does not exist, or you do not have access to it.
            </div>`
          : camera && !camera.rights.includes('live')
            ? noLiveView()
            : html`<vigie-camera
                camera-id=${this.cameraId}
                name=""
                .live=${this.context.live}
                .time=${this.context.siteZone.time}
                ?show-stats=${this.showStats}
                ?show-detections=${camera?.rights.includes('events') && this.context.live.detectionsChoice.isShown}
                focused
                @vigie-status=${({ detail }: CustomEvent<{ source: string | null }>) => {
                  this.usesPictures = detail.source === 'pictures';
                }}
                ${ref(this.#camera)}
              ></vigie-camera>`
      }
      ${
        camera?.advice?.length
          ? html`<vigie-camera-advice
              class="below"
              .advice=${camera.advice}
              .time=${this.context.siteZone.time}
              .nowMs=${this.context.live.clock.nowMs()}
            ></vigie-camera-advice>`
          : nothing
      }
      ${
        camera && isAdministrator(this.context.session.user)
          ? html`<vigie-camera-refusals
              class="below"
              .context=${this.context}
              .cameraId=${camera.id}
            ></vigie-camera-refusals>`
          : nothing
      }
      ${
        camera?.rights.includes('events')
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

  #tools({ rights, status }: CameraView): TemplateResult {
    const { cameraId } = this;
    return html`<div class="tools">
      ${rights.includes('live') ? this.#liveTools(rights.includes('events')) : nothing}
      ${
        rights.includes('lookBack')
          ? iconButton({
              icon: 'clock-rotate-left',
              label: 'Recordings',
              testId: 'recordings',
              href: routePath({ page: 'recordings', cameraId }),
            })
          : nothing
      }
      ${
        rights.includes('control')
          ? html`<vigie-camera-menu
              label="camera"
              ?administrator=${isAdministrator(this.context.session.user)}
              ?off=${status === 'off'}
              @vigie-camera-action=${this.#onAction}
            ></vigie-camera-menu>`
          : nothing
      }
    </div>`;
  }

  #liveTools(mayHaveDetections: boolean): TemplateResult {
    const { showStats } = this;
    const { detectionsChoice } = this.context.live;
    return html`
      ${
        this.usesPictures
          ? html`<a href=${routePath({ page: 'connection' })} data-testid="why-slow">Why is video slow?</a>`
          : nothing
      }
      <vigie-quality-menu .quality=${this.context.live.quality}></vigie-quality-menu>
      ${
        mayHaveDetections
          ? iconButton({
              icon: 'detections',
              label: detectionsChoice.isShown ? 'Hide detections' : 'Show detections',
              testId: 'toggle-detections',
              pressed: detectionsChoice.isShown,
              onClick: () => detectionsChoice.choose(!detectionsChoice.isShown),
            })
          : nothing
      }
      ${iconButton({
        icon: 'gauge',
        label: showStats ? 'Hide statistics' : 'Show statistics',
        testId: 'toggle-stats',
        pressed: showStats,
        onClick: () => (this.showStats = !showStats),
      })}
      ${iconButton({
        icon: 'download',
        label: 'Save snapshot',
        testId: 'save-snapshot',
        onClick: () => void this.#saveSnapshot(),
      })}
      ${iconButton({
        icon: 'expand',
        label: 'Full screen',
        testId: 'fullscreen',
        onClick: () => this.#fullscreen(),
      })}
    `;
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
    saveAs(picture, `${name} ${this.context.siteZone.time.fileStamp(this.context.live.clock.nowMs())}.jpg`);
  }
}

customElements.define('vigie-camera-page', CameraPage);
