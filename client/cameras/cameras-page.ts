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
import './group-dialog.ts';
import type { GroupDialog } from './group-dialog.ts';
import './vigie-wall-filter.ts';
import type { WallFilter } from './vigie-wall-filter.ts';
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
import { iconButton } from '../ui/icon-button.ts';
import { listen } from '../ui/listen.ts';
import { shortcuts } from '../ui/shortcuts.ts';
import { tileNote, tileNoteStyles } from './tile-notes.ts';
import { WallChoice } from './wall-choice.ts';
import { wallLayout } from './wall-layout.ts';
import { WallSpaceOf } from './wall-space.ts';
import { camerasPageStyles } from './cameras-page.styles.ts';

const NUMBERS = ['1', '2', '3', '4', '5', '6', '7', '8', '9'];
const FEWEST_TO_FILTER = 5;

export class CamerasPage extends LitElement {
  static override styles = [
    sharedStyles,
    pageHeaderStyles,
    noLiveViewStyles,
    tileNoteStyles,
    camerasPageStyles,
  ];
  static override properties = { context: { attribute: false } };
  declare context: AppContext;
  readonly #addDialog = createRef<AddCameraDialog>();
  readonly #actions = createRef<CameraActions>();
  readonly #filter = createRef<WallFilter>();
  readonly #groupDialog = createRef<GroupDialog>();
  readonly #wall = new WallSpaceOf(this);
  #choice: WallChoice | undefined;
  #columns = 1;

  constructor() {
    super();
    listen(this, (update) => this.context.live.cameras.on('change', update));
    listen(this, (update) => this.context.siteZone.on('change', update));
    listen(this, (update) => this.context.live.away.on('change', update));
    shortcuts(this, {
      ...Object.fromEntries(NUMBERS.map((key) => [key, () => this.#openNumber(Number(key))])),
      ArrowLeft: () => this.#move(-1),
      ArrowRight: () => this.#move(1),
      ArrowUp: () => this.#move(-this.#columns),
      ArrowDown: () => this.#move(this.#columns),
      '/': () => this.#filter.value?.startSearch(),
      f: () => this.#fullscreen(),
    });
  }

  /** This user's, on this device. */
  get #wallChoice(): WallChoice {
    if (!this.#choice) {
      this.#choice = new WallChoice(this.context.session.user?.id ?? '');
      this.#choice.on('change', () => this.requestUpdate());
    }
    return this.#choice;
  }

  protected override render(): TemplateResult {
    const { live } = this.context;
    const cameras = live.cameras.all;
    const administrator = isAdministrator(this.context.session.user);
    const shown = this.#wallChoice.of(cameras ?? []);
    return html`
      ${pageHeader({
        title: 'Cameras',
        isLow: true,
        intro: html`<span data-testid="camera-count"
          >${cameras ? summary(cameras, live.away.isAway) : ' '}</span
        >`,
        actions:
          cameras && cameras.length > 0
            ? [
                hasFilter(cameras, shown) ? this.#filterBar(cameras) : nothing,
                html`<vigie-quality-menu .quality=${this.context.live.quality}></vigie-quality-menu>`,
                administrator ? [this.#switchAll(cameras), this.#addButton('Add camera')] : nothing,
              ]
            : undefined,
      })}
      ${cameras === null ? this.#loading() : cameras.length === 0 ? this.#empty(administrator) : this.#grid(shown)}
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
      <vigie-group-dialog .context=${this.#wallChoice} ${ref(this.#groupDialog)}></vigie-group-dialog>
      <vigie-camera-actions .context=${this.context} ${ref(this.#actions)}></vigie-camera-actions>
    `;
  }

  #filterBar(cameras: readonly CameraView[]): TemplateResult {
    return html`<vigie-wall-filter
      .choice=${this.#wallChoice}
      .cameras=${[...cameras]}
      ${ref(this.#filter)}
    ></vigie-wall-filter>`;
  }

  #grid(cameras: readonly CameraView[]): TemplateResult {
    if (cameras.length === 0)
      return html`<p class="notice quiet" data-testid="none-shown">
        No camera matches. Change the filter above.
      </p>`;
    const { space } = this.#wall;
    const { columns, tileWidth } = wallLayout(cameras.length, space);
    this.#columns = columns;
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
    const isFavourite = this.#wallChoice.isFavourite(id);
    const administrator = isAdministrator(this.context.session.user);
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
      <span class="star ${isFavourite ? 'favourite' : ''}"
        >${iconButton({
          icon: isFavourite ? 'star-filled' : 'star',
          label: `${isFavourite ? 'Remove' : 'Add'} ${name} ${isFavourite ? 'from' : 'to'} favourites`,
          testId: 'favourite',
          onClick: () => this.#wallChoice.setFavourite(id, !isFavourite),
        })}</span
      >
      ${tileNote(camera, administrator ? () => this.#actions.value?.run('connect', camera) : undefined)}
      ${
        camera.rights.includes('control')
          ? html`<vigie-camera-menu
              label=${name}
              ?administrator=${administrator}
              groups
              ?off=${camera.status === 'off'}
              @vigie-camera-action=${({ detail }: CustomEvent<CameraAction>) =>
                detail === 'group'
                  ? this.#groupDialog.value?.showFor(camera)
                  : this.#actions.value?.run(detail, camera)}
            ></vigie-camera-menu>`
          : nothing
      }
    </li>`;
  }

  get #links(): HTMLAnchorElement[] {
    return [...this.renderRoot.querySelectorAll<HTMLAnchorElement>('li > a')];
  }

  #openNumber(number: number): boolean {
    const link = this.#links[number - 1];
    link?.click();
    return link !== undefined;
  }

  /** To another picture; from nowhere to the first. */
  #move(by: number): boolean {
    const links = this.#links;
    const focused = this.shadowRoot?.activeElement;
    const at = links.findIndex((link) => link === focused || link.parentElement?.contains(focused ?? null));
    const next = at < 0 ? links[0] : links[at + by];
    next?.focus();
    return next !== undefined;
  }

  /** The wall alone, without the bar. */
  #fullscreen(): void {
    if (document.fullscreenElement) void document.exitFullscreen();
    else void this.requestFullscreen().catch(() => undefined);
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

/** A few cameras need none, unless one is at work. */
function hasFilter(cameras: readonly CameraView[], shown: readonly CameraView[]): boolean {
  return cameras.length >= FEWEST_TO_FILTER || shown.length < cameras.length;
}

function summary(cameras: readonly CameraView[], isServerAway: boolean): string {
  if (isServerAway) return 'Server away';
  if (cameras.length === 0) return 'No cameras';
  const online = cameras.filter(({ status }) => status === 'online').length;
  return online === cameras.length ? `${online} online` : `${online} of ${cameras.length} online`;
}

customElements.define('vigie-cameras-page', CamerasPage);
