/** The privacy switch of one camera, or of all: off now, and, for administrators, off at certain hours. */

import { html, nothing, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/checkbox/checkbox.js';
import '@awesome.me/webawesome/dist/components/input/input.js';
import type { CameraView } from '../../server/wire/camera.ts';
import type { SwitchView } from '../../server/wire/camera-switch.ts';
import { errorText } from '../http/api-error.ts';
import { isAdministrator, type AppContext } from '../app-context.ts';
import { offText } from '../live/off-text.ts';
import '../site/vigie-site-zone.ts';
import { checkboxList, fieldsetStyles } from '../ui/checkbox-list.ts';
import { checkedOf } from '../ui/field-value.ts';
import { FormDialog, textOf } from '../ui/form-dialog.ts';

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const WEEK = DAYS.map((_, day) => day);
const FIRST_HOURS = { days: WEEK, from: '08:00', to: '17:00' };

export class SwitchDialog extends FormDialog<AppContext> {
  static override styles = [...FormDialog.styles, fieldsetStyles];
  static override properties = {
    ...FormDialog.properties,
    camera: { state: true },
    view: { state: true },
    off: { state: true },
    limited: { state: true },
  };
  /** Null: all cameras. */
  declare protected camera: CameraView | null;
  /** Null while it is asked for. */
  declare protected view: SwitchView | null;
  declare protected off: boolean;
  /** Off at certain hours. */
  declare protected limited: boolean;
  protected override readonly testId = 'switch-dialog';

  constructor() {
    super();
    this.camera = null;
    this.view = null;
    this.off = false;
    this.limited = false;
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
      this.limited = this.view.offHours.length > 0;
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
        detection or picture of ${camera ? 'it' : 'them'}, for anybody.
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
      ${isAdministrator(this.context.session.user) ? this.#hours(view) : nothing}
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
    const body = { offHours: this.#hoursOf(form, view) };
    if (JSON.stringify(body.offHours) === JSON.stringify(view.offHours)) return;
    if (camera) await api.call('PUT /api/cameras/:cameraId/switch/hours', { params, body });
    else await api.call('PUT /api/switch/hours', { body });
  }

  #hoursOf(form: FormData, { offHours }: SwitchView): SwitchView['offHours'] {
    if (!this.limited) return [];
    const days = form.getAll('day').map(Number);
    if (days.length === 0) throw new Error('Select at least one day.');
    // Further windows, set by a program, stay.
    return [{ days, from: textOf(form, 'from'), to: textOf(form, 'to') }, ...offHours.slice(1)];
  }

  #hours({ offHours }: SwitchView): TemplateResult {
    const [window = FIRST_HOURS] = offHours;
    return html`
      <wa-checkbox
        ?checked=${this.limited}
        data-testid="switch-hours"
        @change=${(event: Event) => (this.limited = checkedOf(event))}
        >Off at certain hours</wa-checkbox
      >
      ${
        this.limited
          ? html`<fieldset>
                <legend>Days</legend>
                ${checkboxList(
                  'day',
                  'switch-day',
                  WEEK.map((day) => ({
                    value: String(day),
                    label: DAYS[day] ?? '',
                    checked: window.days.includes(day),
                  })),
                )}
              </fieldset>
              <wa-input name="from" type="time" label="Off from" required value=${window.from}></wa-input>
              <wa-input
                name="to"
                type="time"
                label="On again from"
                hint="An earlier time is on the next day."
                required
                value=${window.to}
              ></wa-input>
              <vigie-site-zone .context=${this.context}></vigie-site-zone>`
          : nothing
      }
    `;
  }
}

customElements.define('vigie-switch-dialog', SwitchDialog);
