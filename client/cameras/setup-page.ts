/**
 * The set-up of a camera, all of it in one place: picture, recording, motion detection, sensors, access, firmware, and its
 * connection. Each part says how it stands and leads to where it is changed.
 */

import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { createRef, ref } from 'lit/directives/ref.js';
import '@awesome.me/webawesome/dist/components/button/button.js';
import type { CameraView } from '../../server/wire/camera.ts';
import { isAdministrator, type AppContext } from '../app-context.ts';
import '../recordings/recording-dialog.ts';
import type { RecordingDialog } from '../recordings/recording-dialog.ts';
import { cameraTabs, cameraTabsStyles } from '../routing/camera-tabs.ts';
import { routePath, type Reachable } from '../routing/routes.ts';
import { errorCallout } from '../ui/error-callout.ts';
import { listen } from '../ui/listen.ts';
import { pageHeader, pageHeaderStyles } from '../ui/page-header.ts';
import { sharedStyles } from '../ui/shared-styles.ts';
import { loadSetup, setupTexts, type CameraSetup } from './camera-setup.ts';
import { setupPageStyles } from './setup-page.styles.ts';
import './vigie-camera-actions.ts';
import type { CameraAction, CameraActions } from './vigie-camera-actions.ts';

export class SetupPage extends LitElement {
  static override styles = [sharedStyles, pageHeaderStyles, cameraTabsStyles, setupPageStyles];
  static override properties = {
    context: { attribute: false },
    cameraId: {},
    setup: { state: true },
    error: { state: true },
  };
  declare context: AppContext;
  declare cameraId: string;
  declare protected setup: CameraSetup | null;
  declare protected error: string | null;
  readonly #actions = createRef<CameraActions>();
  readonly #recording = createRef<RecordingDialog>();

  constructor() {
    super();
    this.setup = null;
    this.error = null;
    listen(this, (update) => this.context.live.cameras.on('change', update));
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('cameraId')) void this.#load();
  }

  protected override render(): TemplateResult {
    const { cameras } = this.context.live;
    const camera = cameras.find(this.cameraId);
    return html`
      ${pageHeader({
        title: camera ? `${camera.name}: set-up` : cameras.all ? 'Camera' : ' ',
        testId: 'setup-title',
        back: { href: routePath({ page: 'cameras' }), label: 'All cameras' },
      })}
      ${cameraTabs(camera, 'setup')} ${errorCallout(this.error, 'setup-error', () => void this.#load())}
      ${
        camera
          ? this.#parts(camera)
          : cameras.all
            ? html`<p class="quiet" data-testid="camera-missing">
                This camera does not exist, or you do not have access to it.
              </p>`
            : nothing
      }
      <vigie-camera-actions
        .context=${this.context}
        @vigie-removed=${() => this.#go({ page: 'cameras' })}
        ${ref(this.#actions)}
      ></vigie-camera-actions>
      <vigie-recording-dialog
        .context=${this.context}
        @wa-after-hide=${() => void this.#load()}
        ${ref(this.#recording)}
      ></vigie-recording-dialog>
    `;
  }

  #parts(camera: CameraView): TemplateResult {
    const administrator = isAdministrator(this.context.session.user);
    const run = (action: CameraAction, label: string): TemplateResult => this.#button(camera, action, label);
    const { cameraId } = this;
    const texts = this.setup && setupTexts(this.setup);
    const switched = camera.status === 'off';
    return html`<div class="parts">
      ${part('Picture', 'Size, quality, frame rate, brightness, lamp.', run('settings', 'Picture settings'))}
      ${part(
        'Privacy',
        switched ? 'The camera is switched off.' : 'The camera is switched on.',
        run('switch', switched ? 'Switch on…' : 'Switch off…'),
      )}
      ${
        administrator
          ? [
              part(
                'Recording',
                texts?.recording,
                html`<wa-button
                  size="s"
                  appearance="outlined"
                  data-testid="setup-recording"
                  @click=${() => void this.#recording.value?.showFor(camera)}
                  >Recording settings</wa-button
                >`,
              ),
              part(
                'Motion detection',
                texts?.motion,
                link(routePath({ page: 'motion', cameraId }), 'Zones and sensitivity', 'setup-motion'),
              ),
              part('Sensors', texts?.sensors, run('sensors', 'Sensors')),
              part(
                'Access',
                texts?.access,
                link(routePath({ page: 'users' }), 'Users and rights', 'setup-access'),
              ),
              part(
                'Firmware',
                texts?.firmware,
                link(routePath({ page: 'firmware' }), 'Firmware', 'setup-firmware'),
              ),
              part('Connection', `Camera ID ${cameraId}`, [
                run('pair', 'New pairing code'),
                run('rotateKey', 'New key'),
              ]),
              part('Camera', camera.name, [run('rename', 'Rename'), run('remove', 'Remove')]),
            ]
          : nothing
      }
    </div>`;
  }

  #button(camera: CameraView, action: CameraAction, label: string): TemplateResult {
    return html`<wa-button
      size="s"
      appearance="outlined"
      variant=${action === 'remove' ? 'danger' : 'neutral'}
      data-testid="setup-${action}"
      @click=${() => this.#actions.value?.run(action, camera)}
      >${label}</wa-button
    >`;
  }

  async #load(): Promise<void> {
    const { cameraId } = this;
    if (!isAdministrator(this.context.session.user)) return;
    const { setup, error } = await loadSetup(this.context.api, cameraId);
    if (cameraId !== this.cameraId) return;
    this.setup = setup;
    this.error = error;
  }

  #go(detail: Reachable): void {
    this.dispatchEvent(new CustomEvent('vigie-go', { detail, bubbles: true, composed: true }));
  }
}

function part(heading: string, text: string | null | undefined, actions: unknown): TemplateResult {
  return html`<section class="card" data-testid="setup-part">
    <div>
      <h2>${heading}</h2>
      <p class="quiet">${text ?? ' '}</p>
    </div>
    <div class="actions">${actions}</div>
  </section>`;
}

function link(href: string, label: string, testId: string): TemplateResult {
  return html`<wa-button size="s" appearance="outlined" href=${href} data-testid=${testId}
    >${label}</wa-button
  >`;
}

customElements.define('vigie-setup-page', SetupPage);
