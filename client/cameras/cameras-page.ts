/** All visible cameras, live, side by side. */

import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { createRef, ref } from 'lit/directives/ref.js';
import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/spinner/spinner.js';
import type { CameraView } from '../../server/wire/camera.ts';
import { isAdministrator, type AppContext } from '../app-context.ts';
import '../live/vigie-camera.ts';
import '../live/vigie-quality-menu.ts';
import './add-camera-dialog.ts';
import type { AddCameraDialog } from './add-camera-dialog.ts';
import { noLiveView, noLiveViewStyles } from './no-live-view.ts';
import './vigie-camera-actions.ts';
import type { CameraAction, CameraActions } from './vigie-camera-actions.ts';
import { routePath } from '../routing/routes.ts';
import { pageHeader, pageHeaderStyles } from '../ui/page-header.ts';
import { sharedStyles } from '../ui/shared-styles.ts';
import './vigie-camera-advice.ts';
import './vigie-camera-menu.ts';
import { listen } from '../ui/listen.ts';
import { wallLayout } from './wall-layout.ts';
import { WallSpaceOf } from './wall-space.ts';
import { camerasPageStyles } from './cameras-page.styles.ts';

export class CamerasPage extends LitElement {
  static override styles = [sharedStyles, pageHeaderStyles, noLiveViewStyles, camerasPageStyles];
  static override properties = { context: { attribute: false } };
  declare context: AppContext;
  readonly #addDialog = createRef<AddCameraDialog>();
  readonly #actions = createRef<CameraActions>();
  readonly #wall = new WallSpaceOf(this);

  constructor() {
    super();
    listen(this, (update) => this.context.live.cameras.on('change', update));
    listen(this, (update) => this.context.siteZone.on('change', update));
  }

  protected override render(): TemplateResult {
    const cameras = this.context.live.cameras.all;
    const administrator = isAdministrator(this.context.session.user);
    return html`
      ${pageHeader({
        title: 'Cameras',
        isLow: true,
        intro: html`<span data-testid="camera-count">${cameras ? summary(cameras) : ' '}</span>`,
        actions:
          cameras && cameras.length > 0
            ? [
                html`<vigie-quality-menu .quality=${this.context.live.quality}></vigie-quality-menu>`,
                administrator ? [this.#switchAll(cameras), this.#addButton('Add camera')] : nothing,
              ]
            : undefined,
      })}
      ${cameras === null ? this.#loading() : cameras.length === 0 ? this.#empty(administrator) : this.#grid(cameras)}
      ${
        administrator
          ? html`
              <vigie-add-camera-dialog
                .context=${this.context}
                ${ref(this.#addDialog)}
              ></vigie-add-camera-dialog>
            `
          : nothing
      }
      <vigie-camera-actions .context=${this.context} ${ref(this.#actions)}></vigie-camera-actions>
    `;
  }

  #grid(cameras: readonly CameraView[]): TemplateResult {
    const { space } = this.#wall;
    const { columns, tileWidth } = wallLayout(cameras.length, space);
    const width = columns * tileWidth + (columns - 1) * space.gap;
    const sizes = `--tile: ${tileWidth}px; max-width: ${width}px`;
    return html`<ul class="wall" .style=${sizes} data-testid="camera-grid">
      ${repeat(
        cameras,
        ({ id }) => id,
        (camera) => this.#tile(camera),
      )}
    </ul>`;
  }

  #tile(camera: CameraView): TemplateResult {
    const { id, name, advice } = camera;
    return html`<li data-testid="camera-tile" data-camera-id=${id}>
      <a href=${routePath({ page: 'camera', cameraId: id })} data-testid="camera-link">
        ${
          camera.rights.includes('live')
            ? html`<vigie-camera
                camera-id=${id}
                name=${name}
                .live=${this.context.live}
                .time=${this.context.siteZone.time}
              ></vigie-camera>`
            : noLiveView(name)
        }
        ${advice?.length ? html`<vigie-camera-advice badge .advice=${advice}></vigie-camera-advice>` : nothing}
      </a>
      ${
        camera.rights.includes('control')
          ? html`<vigie-camera-menu
              label=${name}
              ?administrator=${isAdministrator(this.context.session.user)}
              ?off=${camera.status === 'off'}
              @vigie-camera-action=${({ detail }: CustomEvent<CameraAction>) =>
                this.#actions.value?.run(detail, camera)}
            ></vigie-camera-menu>`
          : nothing
      }
    </li>`;
  }

  #loading(): TemplateResult {
    return html`<div class="notice" aria-busy="true"><wa-spinner></wa-spinner></div>`;
  }

  #empty(administrator: boolean): TemplateResult {
    return html`<section class="notice card" data-testid="no-cameras">
      <wa-icon name="camera"></wa-icon>
      <h2>${administrator ? 'Add your first camera' : 'No cameras'}</h2>
      ${
        administrator
          ? html`<p class="quiet">
                Enter a name to get a camera ID and a key. Enter both in the firmware configuration of the
                camera, or test with the virtual camera. The picture appears here automatically.
              </p>
              ${this.#addButton('Add camera')}`
          : html`<p class="quiet">Ask an administrator for access to a camera.</p>`
      }
    </section>`;
  }

  #switchAll(cameras: readonly CameraView[]): TemplateResult {
    const areOff = cameras.some(({ off }) => off?.all);
    return html`<wa-button
      size="s"
      appearance="outlined"
      @click=${() => this.#actions.value?.switchFor(null)}
      data-testid="switch-all"
    >
      <wa-icon slot="start" name="power"></wa-icon
      ><span class="label">${areOff ? 'Switch all on…' : 'Switch all off…'}</span>
    </wa-button>`;
  }

  #addButton(label: string): TemplateResult {
    return html`<wa-button
      size="s"
      variant="brand"
      @click=${() => this.#addDialog.value?.show()}
      data-testid="add-camera"
    >
      <wa-icon slot="start" name="plus"></wa-icon><span class="label">${label}</span>
    </wa-button>`;
  }
}

function summary(cameras: readonly CameraView[]): string {
  if (cameras.length === 0) return 'No cameras';
  const online = cameras.filter(({ status }) => status === 'online').length;
  return online === cameras.length ? `${online} online` : `${online} of ${cameras.length} online`;
}

customElements.define('vigie-cameras-page', CamerasPage);
