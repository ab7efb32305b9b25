/** A camera's settings, applied beside the live picture: a changed value is sent at once, and each control shows the result. */

import { LitElement, html, nothing, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/callout/callout.js';
import '@awesome.me/webawesome/dist/components/dialog/dialog.js';
import '@awesome.me/webawesome/dist/components/option/option.js';
import '@awesome.me/webawesome/dist/components/select/select.js';
import '@awesome.me/webawesome/dist/components/switch/switch.js';
import type { CameraView } from '../../server/wire/camera.ts';
import type { AdjustableSettings } from '../../server/wire/camera-settings.ts';
import { errorText } from '../http/api-error.ts';
import { isAdministrator, type AppContext } from '../app-context.ts';
import {
  DEFAULT_SETTINGS,
  SETTING_GROUPS,
  type ChoiceField,
  type SettingField,
  type SettingGroup,
  type SliderField,
  type SwitchField,
} from './setting-fields.ts';
import { SettingsChanges, type Answer, type SettingName } from './settings-changes.ts';
import '../live/vigie-camera.ts';
import { errorCallout } from '../ui/error-callout.ts';
import { checkedOf, valueOf } from '../ui/field-value.ts';
import { rangeInputStyles } from '../ui/range-input.ts';
import { sharedStyles } from '../ui/shared-styles.ts';
import { listen } from '../ui/listen.ts';
import { cameraSettingsStyles } from './camera-settings-dialog.styles.ts';

export class CameraSettingsDialog extends LitElement {
  static override styles = [sharedStyles, rangeInputStyles, cameraSettingsStyles];
  static override properties = {
    context: { attribute: false },
    open: { state: true },
    changes: { state: true },
    loadError: { state: true },
    reboot: { state: true },
  };
  declare context: AppContext;
  declare protected open: boolean;
  /** Null until the settings are loaded. */
  declare protected changes: SettingsChanges | null;
  declare protected loadError: string | null;
  declare protected reboot: Answer | null;
  #cameraId = '';

  constructor() {
    super();
    this.open = false;
    this.changes = null;
    this.loadError = null;
    this.reboot = null;
    listen(this, (update) => this.context.live.cameras.on('change', update));
  }

  showFor({ id }: CameraView): void {
    this.#cameraId = id;
    this.changes = null;
    this.loadError = null;
    this.reboot = null;
    this.open = true;
    void this.#load(id);
  }

  protected override render(): TemplateResult {
    const camera = this.context.live.cameras.find(this.#cameraId);
    return html`
      <wa-dialog
        label=${`Settings for “${camera?.name ?? ''}”`}
        ?open=${this.open}
        light-dismiss
        data-testid="settings-dialog"
        @wa-after-hide=${this.#onHidden}
      >
        ${this.open ? this.#content(camera) : nothing}
      </wa-dialog>
    `;
  }

  #content(camera: CameraView | undefined): TemplateResult {
    const obstacle = obstacleOf(camera);
    return html`<div class="content">
      <div class="picture">
        ${
          this.context.live.cameras.may('live', this.#cameraId)
            ? html`<vigie-camera
                camera-id=${this.#cameraId}
                name=""
                .live=${this.context.live}
              ></vigie-camera>`
            : nothing
        }
        ${
          obstacle
            ? html`<wa-callout variant="neutral" size="s" data-testid="settings-obstacle">
                <wa-icon slot="icon" name="info"></wa-icon>${obstacle}
              </wa-callout>`
            : nothing
        }
      </div>
      <div class="groups">
        ${
          this.loadError
            ? errorCallout(this.loadError, 'settings-error')
            : SETTING_GROUPS.filter(
                ({ ofServer }) => !ofServer || isAdministrator(this.context.session.user),
              ).map((group) => this.#group(group, !camera || (!group.ofServer && obstacle !== null)))
        }
        ${this.#reboot(obstacle !== null)}
      </div>
    </div>`;
  }

  #group({ heading, fields }: SettingGroup, closed: boolean): TemplateResult {
    const disabled = closed || !this.changes;
    return html`<fieldset ?disabled=${disabled}>
      <legend>${heading}</legend>
      ${fields.map((field) => this.#row(field, disabled))}
    </fieldset>`;
  }

  #row(field: SettingField, disabled: boolean): TemplateResult {
    const answer = this.changes?.answerTo(field.name);
    return html`<div class="row" data-testid="setting" data-setting=${field.name}>
      ${this.#control(field, disabled)}
      <span class="answer ${answer?.state ?? ''}" role="status" data-testid="setting-answer"
        >${answerText(answer)}</span
      >
    </div>`;
  }

  #control(field: SettingField, disabled: boolean): TemplateResult {
    if (field.kind === 'slider') return this.#slider(field, disabled);
    return field.kind === 'switch' ? this.#switch(field, disabled) : this.#choice(field, disabled);
  }

  #slider(field: SliderField, disabled: boolean): TemplateResult {
    const { name, label, hint, least, most, reversed, format } = field;
    // The same function maps a value to its place on the slider and back.
    const turned = (value: number): number => (reversed ? least + most - value : value);
    const value = this.#values[name];
    // Web Awesome's slider writes style attributes, which the Content-Security-Policy forbids.
    return html`<label>
        <span class="label">${label}<span class="value">${format(value)}</span></span>
        <input
          type="range"
          min=${least}
          max=${most}
          .value=${String(turned(value))}
          aria-valuetext=${format(value)}
          ?disabled=${disabled}
          @input=${(event: Event) => this.#ask(name, turned(Number(valueOf(event))))}
        />
      </label>
      ${hint ? html`<span class="hint">${hint}</span>` : nothing}`;
  }

  #switch({ name, label, hint }: SwitchField, disabled: boolean): TemplateResult {
    return html`<wa-switch
        size="s"
        .checked=${this.#values[name]}
        ?disabled=${disabled}
        @change=${(event: Event) => this.#ask(name, checkedOf(event))}
        >${label}</wa-switch
      >
      ${hint ? html`<span class="hint">${hint}</span>` : nothing}`;
  }

  #choice({ name, label, hint, options, other }: ChoiceField, disabled: boolean): TemplateResult {
    const current = this.#values[name];
    const all = options.some(([value]) => value === current)
      ? options
      : [...options, [current, other?.(current) ?? String(current)] as const];
    return html`<wa-select
      size="s"
      label=${label}
      hint=${hint ?? ''}
      .value=${String(current)}
      ?disabled=${disabled}
      @change=${(event: Event) => {
        const chosen = valueOf(event);
        this.#ask(name, typeof current === 'number' ? Number(chosen) : chosen);
      }}
    >
      ${all.map(([value, text]) => html`<wa-option value=${value}>${text}</wa-option>`)}
    </wa-select>`;
  }

  #reboot(disabled: boolean): TemplateResult {
    return html`<div class="reboot">
      <wa-button
        size="s"
        appearance="outlined"
        ?disabled=${disabled}
        ?loading=${this.reboot?.state === 'sending'}
        data-testid="reboot-camera"
        @click=${() => void this.#onReboot()}
        ><wa-icon slot="start" name="power"></wa-icon>Restart camera</wa-button
      >
      <span class="answer ${this.reboot?.state ?? ''}" role="status" data-testid="reboot-answer"
        >${this.reboot?.state === 'applied' ? 'Restarting. The camera is back in a few seconds.' : answerText(this.reboot)}</span
      >
    </div>`;
  }

  get #values(): Required<AdjustableSettings> {
    return { ...DEFAULT_SETTINGS, ...this.changes?.values };
  }

  #ask(name: SettingName, value: unknown): void {
    if (this.#values[name] !== value) this.changes?.ask(name, { [name]: value });
  }

  async #load(cameraId: string): Promise<void> {
    try {
      const { api } = this.context;
      const params = { cameraId };
      const current = await api.call('GET /api/cameras/:cameraId/settings', { params });
      if (this.#cameraId !== cameraId) return;
      const changes = new SettingsChanges(current, (body) =>
        api.call('POST /api/cameras/:cameraId/settings', { params, body }),
      );
      changes.on('change', () => this.requestUpdate());
      this.changes = changes;
    } catch (error) {
      this.loadError = errorText(error);
    }
  }

  async #onReboot(): Promise<void> {
    this.reboot = { state: 'sending' };
    try {
      await this.context.api.call('POST /api/cameras/:cameraId/reboot', {
        params: { cameraId: this.#cameraId },
      });
      this.reboot = { state: 'applied' };
    } catch (error) {
      this.reboot = { state: 'rejected', reason: errorText(error) };
    }
  }

  /** Selects and tooltips inside hide, too, and their events bubble. */
  readonly #onHidden = (event: Event): void => {
    if (event.target === event.currentTarget) this.open = false;
  };
}

/** Why nothing can be changed now, for people. */
function obstacleOf(camera: CameraView | undefined): string | null {
  if (!camera) return 'This camera was removed.';
  if (camera.kind === 'seed')
    return 'This camera runs the legacy firmware, which has no settings. Install the Vigie firmware to change them here.';
  if (camera.status === 'offline' || camera.status === 'never')
    return 'The camera is offline. Its settings can be changed when it is online again.';
  return null;
}

function answerText(answer: Answer | null | undefined): string {
  if (answer?.state === 'rejected') return answer.reason;
  return answer?.state === 'applied' ? 'Applied' : '';
}

customElements.define('vigie-camera-settings-dialog', CameraSettingsDialog);
