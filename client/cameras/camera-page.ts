/** One camera, as large as the window allows: full screen, statistics, and snapshots. */

import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { createRef, ref } from 'lit/directives/ref.js';
import type { CameraView } from '../../server/wire/camera.ts';
import { isAdministrator, type AppContext } from '../app-context.ts';
import '../live/vigie-camera.ts';
import type { VigieCamera } from '../live/vigie-camera.ts';
import { PictureZoom } from '../live/picture-zoom.ts';
import { cameraPageStyles } from './camera-page.styles.ts';
import { noLiveView, noLiveViewStyles } from './no-live-view.ts';
import { tileNote, tileNoteStyles } from './tile-notes.ts';
import './vigie-camera-actions.ts';
import type { CameraAction, CameraActions } from './vigie-camera-actions.ts';
import { cameraTabs, cameraTabsStyles } from '../routing/camera-tabs.ts';
import { routePath, type Reachable } from '../routing/routes.ts';
import { shortcuts } from '../ui/shortcuts.ts';
import { pageHeader, pageHeaderStyles } from '../ui/page-header.ts';
import { sharedStyles } from '../ui/shared-styles.ts';
import './vigie-camera-advice.ts';
import './vigie-camera-menu.ts';
import './vigie-camera-refusals.ts';
import './vigie-live-tools.ts';
import type { LiveTools } from './vigie-live-tools.ts';
import '../events/vigie-event-list.ts';
import { listen } from '../ui/listen.ts';

/** A step of the keys that enlarge and reduce. */
const KEY_FACTOR = 1.4;

export class CameraPage extends LitElement {
  static override styles = [
    sharedStyles,
    pageHeaderStyles,
    cameraTabsStyles,
    noLiveViewStyles,
    tileNoteStyles,
    cameraPageStyles,
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
  readonly #liveToolsRef = createRef<LiveTools>();
  #zoom: PictureZoom | undefined;

  constructor() {
    super();
    this.showStats = false;
    this.usesPictures = false;
    listen(this, (update) => this.context.live.cameras.on('change', update));
    listen(this, (update) => this.context.live.detectionsChoice.on('change', update));
    shortcuts(this, {
      ArrowLeft: () => this.#goBy(-1),
      ArrowRight: () => this.#goBy(1),
      '+': () => this.#zoom?.by(KEY_FACTOR),
      '=': () => this.#zoom?.by(KEY_FACTOR),
      '-': () => this.#zoom?.by(1 / KEY_FACTOR),
      0: () => this.#zoom?.reset(),
      s: () => void this.#liveToolsRef.value?.saveSnapshot(),
      r: () => this.#liveToolsRef.value?.toggleRecording(),
      m: () => this.#liveToolsRef.value?.toggleDetections(),
      f: () => this.#liveToolsRef.value?.fullscreen(),
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#zoom?.close();
    this.#zoom = undefined;
  }

  protected override updated(changed: PropertyValues<this>): void {
    const camera = this.#camera.value;
    if (camera !== this.#zoom?.element) {
      this.#zoom?.close();
      this.#zoom = camera && new PictureZoom(camera);
    }
    if (changed.has('cameraId')) this.#zoom?.reset();
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
      ${cameraTabs(camera, 'camera')}
      <div class="layout">
        ${this.#picture(camera)}
        ${
          camera?.rights.includes('events')
            ? html`<vigie-event-list .context=${this.context} .cameraId=${camera.id}></vigie-event-list>`
            : nothing
        }
      </div>
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
      <vigie-camera-actions
        .context=${this.context}
        @vigie-removed=${() => this.#go({ page: 'cameras' })}
        ${ref(this.#actions)}
      ></vigie-camera-actions>
    `;
  }

  #picture(camera: CameraView | undefined): TemplateResult {
    const { cameras, detectionsChoice } = this.context.live;
    if (cameras.all && !camera)
      return html`<div class="missing card quiet" data-testid="camera-missing">
        This camera does not exist, or you do not have access to it.
      </div>`;
    if (camera && !camera.rights.includes('live')) return noLiveView();
    return html`<div class="stage">
      <vigie-camera
        camera-id=${this.cameraId}
        name=""
        .live=${this.context.live}
        .time=${this.context.siteZone.time}
        ?show-stats=${this.showStats}
        ?show-detections=${camera?.rights.includes('events') && detectionsChoice.isShown}
        focused
        @vigie-status=${({ detail }: CustomEvent<{ source: string | null }>) => {
          this.usesPictures = detail.source === 'pictures';
        }}
        ${ref(this.#camera)}
      ></vigie-camera>
      ${camera ? tileNote(camera, this.#connectTo(camera)) : nothing}
    </div>`;
  }

  #tools({ rights, status }: CameraView): TemplateResult {
    return html`<div class="tools">
      ${rights.includes('live') ? this.#liveTools(rights.includes('events')) : nothing}
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
    return html`
      ${
        this.usesPictures
          ? html`<a href=${routePath({ page: 'connection' })} data-testid="why-slow">Why is video slow?</a>`
          : nothing
      }
      <vigie-live-tools
        .context=${this.context}
        .cameraId=${this.cameraId}
        .camera=${() => this.#camera.value}
        ?mayHaveDetections=${mayHaveDetections}
        ?showStats=${this.showStats}
        @vigie-stats=${() => (this.showStats = !this.showStats)}
        ${ref(this.#liveToolsRef)}
      ></vigie-live-tools>
    `;
  }

  readonly #onAction = ({ detail }: CustomEvent<CameraAction>): void => {
    const camera = this.context.live.cameras.find(this.cameraId);
    if (camera) this.#actions.value?.run(detail, camera);
  };

  /** The camera before or after this one, round and round. */
  #goBy(step: 1 | -1): void {
    const all = this.context.live.cameras.with('live');
    const at = all.findIndex(({ id }) => id === this.cameraId);
    const next = all.at((at + step) % all.length);
    if (at >= 0 && next && next.id !== this.cameraId) this.#go({ page: 'camera', cameraId: next.id });
  }

  /** @returns undefined for who may not */
  #connectTo(camera: CameraView): (() => void) | undefined {
    if (!isAdministrator(this.context.session.user)) return undefined;
    return () => this.#actions.value?.run('connect', camera);
  }

  #go(detail: Reachable): void {
    this.dispatchEvent(new CustomEvent('vigie-go', { detail, bubbles: true, composed: true }));
  }
}

customElements.define('vigie-camera-page', CameraPage);
