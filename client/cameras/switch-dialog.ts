/** The privacy switch of one camera, or of all: off now, and, for administrators, off at certain hours. */

import { html, nothing, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/checkbox/checkbox.js';
import type { CameraView } from '../../server/wire/camera.ts';
import type { SwitchView } from '../../server/wire/camera-switch.ts';
import { errorText } from '../http/api-error.ts';
import { isAdministrator, type AppContext } from '../app-context.ts';
import { offText } from '../live/off-text.ts';
import '../site/vigie-site-zone.ts';
import { fieldsetStyles } from '../ui/checkbox-list.ts';
import { checkedOf } from '../ui/field-value.ts';
import { FormDialog } from '../ui/form-dialog.ts';
import { hoursFields, offHoursOf, renderHours, withNewHours, type HoursField } from './off-hours-fields.ts';

export class SwitchDialog extends FormDialog<AppContext> {
  static override styles = [...FormDialog.styles, fieldsetStyles];
  static override properties = {
    ...FormDialog.properties,
    camera: { state: true },
    view: { state: true },
    off: { state: true },
    hours: { state: true },
  };
  /** Null: all cameras. */
  declare protected camera: CameraView | null;
  /** Null while it is requested. */
  declare protected view: SwitchView | null;
  declare protected off: boolean;
  /** Off at certain hours; empty: at none. */
  declare protected hours: readonly HoursField[];
  protected override readonly testId = 'switch-dialog';

  constructor() {
    super();
    this.camera = null;
    this.view = null;
    this.off = false;
    this.hours = [];
  }

  async showFor(camera: CameraView | null): Promise<void> {
    const { api } = this.context;
    this.camera = camera;
    this.view = null;
    this.show();
    try {
      this.view = camera
        ? await api.call('GET /api/cameras/:cameraId/switch', { params: { cameraId: camera.id } })
        : await api.call('GET /api/switch');
      this.off = this.view.off !== null;
      this.hours = hoursFields(this.view.offHours);
    } catch (error) {
      this.error = errorText(error);
    }
  }

  protected override get isReady(): boolean {
    return this.view !== null;
  }

  protected override heading(): string {
    return this.camera ? `Privacy: “${this.camera.name}”` : 'Privacy: all cameras';
  }

  protected override fields(): TemplateResult {
    const { view, camera } = this;
    if (!view) return html`<p class="quiet" role="status">Loading…</p>`;
    const { siteZone, live } = this.context;
    const isOffWithAll = camera !== null && view.off?.all === true;
    return html`
      <p class="quiet">
        While ${camera ? 'a camera is' : 'cameras are'} off, there is no live video, recording, motion
        detection or picture of ${camera ? 'it' : 'them'}, for anyone.
      </p>
      ${
        view.off
          ? html`<p data-testid="switch-state">${offText(view.off, siteZone.time, live.clock.nowMs())}</p>`
          : nothing
      }
      <wa-checkbox
        ?checked=${this.off}
        ?disabled=${isOffWithAll}
        data-testid="switch-off"
        @change=${(event: Event) => (this.off = checkedOf(event))}
        >Switched off</wa-checkbox
      >
      ${isOffWithAll ? html`<p class="quiet">All cameras are off. Switch all of them on first.</p>` : nothing}
      ${isAdministrator(this.context.session.user) ? this.#hours() : nothing}
    `;
  }

  protected override async submit(form: FormData): Promise<void> {
    const { view, camera } = this;
    if (!view) return;
    const { api } = this.context;
    const params = { cameraId: camera?.id ?? '' };
    if (this.off !== (view.off !== null)) {
      const body = { off: this.off };
      if (camera) await api.call('PUT /api/cameras/:cameraId/switch', { params, body });
      else await api.call('PUT /api/switch', { body });
    }
    if (!isAdministrator(this.context.session.user)) return;
    const body = { offHours: offHoursOf(form, this.hours) };
    if (JSON.stringify(body.offHours) === JSON.stringify(view.offHours)) return;
    if (camera) await api.call('PUT /api/cameras/:cameraId/switch/hours', { params, body });
    else await api.call('PUT /api/switch/hours', { body });
  }

  #hours(): TemplateResult {
    const change = (fields: readonly HoursField[]): void => {
      this.hours = fields;
    };
    const isLimited = this.hours.length > 0;
    return html`
      <wa-checkbox
        ?checked=${isLimited}
        data-testid="switch-hours"
        @change=${(event: Event) => change(checkedOf(event) ? withNewHours([]) : [])}
        >Off at certain hours</wa-checkbox
      >
      ${
        isLimited
          ? html`${renderHours(this.hours, change)}
              <vigie-site-zone .context=${this.context}></vigie-site-zone>`
          : nothing
      }
    `;
  }
}

customElements.define('vigie-switch-dialog', SwitchDialog);
