/**
 * `<vigie-notification-settings>`: the form that says which events of which cameras are notified, and when not.
 *
 * Fires `vigie-save` with the NotificationSettings, and `vigie-invalid` with what is missing.
 */

import { LitElement, css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/checkbox/checkbox.js';
import '@awesome.me/webawesome/dist/components/input/input.js';
import '@awesome.me/webawesome/dist/components/option/option.js';
import '@awesome.me/webawesome/dist/components/select/select.js';
import type { CameraView } from '../../server/wire/camera.ts';
import type { EventKind } from '../../server/wire/event.ts';
import type { NotificationSettings } from '../../server/wire/notification.ts';
import { EVENT_KINDS } from '../events/event-text.ts';
import type { VigieCameraChoice } from '../events/vigie-camera-choice.ts';
import '../events/vigie-camera-choice.ts';
import { isAdministrator, type AppContext } from '../app-context.ts';
import '../site/vigie-site-zone.ts';
import { checkboxList, fieldsetStyles } from '../ui/checkbox-list.ts';
import { checkedOf } from '../ui/field-value.ts';
import { textOf } from '../ui/form-dialog.ts';
import { sharedStyles } from '../ui/shared-styles.ts';
import { renderRules, ruleFields, rulesOf, type RuleField } from './detection-rules.ts';
import { nearestPause, PAUSES, USUAL_NIGHT, withNight } from './notification-choices.ts';

export class VigieNotificationSettings extends LitElement {
  static override styles = [
    sharedStyles,
    fieldsetStyles,
    css`
      :host {
        display: block;
      }
      form {
        display: grid;
        gap: 0.9rem;
        padding: 1.1rem;
      }
      .hours {
        display: flex;
        padding-left: 1.6rem;
        flex-wrap: wrap;
        gap: 0.75rem;
      }
      .rule {
        display: grid;
        gap: 0.6rem;
        padding: 0.8rem;
        border: 1px solid var(--wa-color-surface-border);
        border-radius: 0.5rem;
      }
      p.quiet {
        margin: 0;
      }
      form > wa-button {
        justify-self: start;
      }
    `,
  ];
  static override properties = {
    context: { attribute: false },
    settings: { attribute: false },
    cameras: { attribute: false },
    busy: { type: Boolean },
    quiet: { state: true },
    rules: { state: true },
  };
  declare context: AppContext;
  declare settings: NotificationSettings;
  /** The visible ones. */
  declare cameras: readonly CameraView[];
  declare busy: boolean;
  /** There are quiet hours. */
  declare protected quiet: boolean;
  /** Rules for detections; empty: all are notified. */
  declare protected rules: readonly RuleField[];

  constructor() {
    super();
    this.cameras = [];
    this.busy = false;
    this.quiet = false;
    this.rules = [];
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('settings')) return;
    this.quiet = this.settings.quiet.length > 0;
    this.rules = ruleFields(this.settings.detections);
  }

  protected override render(): TemplateResult {
    const { settings } = this;
    return html`<form class="card" @submit=${this.#onSubmit}>
      <h2>Settings</h2>
      <fieldset>
        <legend>Events</legend>
        ${checkboxList(
          'kind',
          'notified-kind',
          Object.entries(EVENT_KINDS).map(([kind, label]) => ({
            value: kind,
            label,
            checked: settings.kinds.includes(kind as EventKind),
          })),
        )}
      </fieldset>
      <fieldset>
        <legend>Cameras</legend>
        <vigie-camera-choice .cameras=${this.cameras} .cameraIds=${settings.cameraIds}></vigie-camera-choice>
      </fieldset>
      <fieldset>
        <legend>Detections</legend>
        ${this.rules.length === 0 ? html`<p class="quiet">Everything that is detected.</p>` : nothing}
        ${renderRules(this.rules, this.cameras, (rules) => (this.rules = rules))}
      </fieldset>
      ${this.#quietHours()}
      ${
        isAdministrator(this.context.session.user)
          ? html`<fieldset>
              <legend>Security</legend>
              ${checkboxList('security', 'notified-security', [
                {
                  value: 'on',
                  label: 'Sign-ins from new devices, and blocked attacks, at any hour',
                  checked: settings.security,
                },
              ])}
            </fieldset>`
          : nothing
      }
      <wa-select
        name="pause"
        label="Limit per camera"
        value=${String(nearestPause(settings.pauseSeconds))}
        data-testid="pause"
      >
        ${PAUSES.map(([seconds, name]) => html`<wa-option value=${String(seconds)}>${name}</wa-option>`)}
      </wa-select>
      <wa-button type="submit" variant="brand" ?loading=${this.busy} data-testid="save-notifications"
        >Save</wa-button
      >
    </form>`;
  }

  #quietHours(): TemplateResult {
    const [night = USUAL_NIGHT] = this.settings.quiet;
    return html`<fieldset>
      <legend>Quiet hours</legend>
      <wa-checkbox
        ?checked=${this.quiet}
        data-testid="quiet-hours"
        @change=${(event: Event) => (this.quiet = checkedOf(event))}
        >No notifications at certain hours</wa-checkbox
      >
      ${
        this.quiet
          ? html`<div class="hours">
                <wa-input name="from" type="time" label="From" required value=${night.from}></wa-input>
                <wa-input name="to" type="time" label="To" required value=${night.to}></wa-input>
              </div>
              <vigie-site-zone .context=${this.context}></vigie-site-zone>`
          : nothing
      }
    </fieldset>`;
  }

  readonly #onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const cameraIds = this.renderRoot.querySelector<VigieCameraChoice>('vigie-camera-choice')?.choice;
    if (!cameraIds) {
      this.dispatchEvent(new CustomEvent('vigie-invalid', { detail: 'Select at least one camera.' }));
      return;
    }
    const { quiet } = this.settings;
    const detail: NotificationSettings = {
      kinds: form.getAll('kind').map(String) as EventKind[],
      cameraIds,
      detections: rulesOf(form, this.rules),
      quiet: this.quiet ? withNight(quiet, textOf(form, 'from'), textOf(form, 'to')) : [],
      pauseSeconds: Number(textOf(form, 'pause')),
      security: isAdministrator(this.context.session.user) ? form.has('security') : this.settings.security,
    };
    this.dispatchEvent(new CustomEvent('vigie-save', { detail }));
  };
}

customElements.define('vigie-notification-settings', VigieNotificationSettings);
