/** What one is told when nobody watches: on which device, of which cameras, and when not. */

import { LitElement, html, nothing, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/callout/callout.js';
import '@awesome.me/webawesome/dist/components/checkbox/checkbox.js';
import '@awesome.me/webawesome/dist/components/input/input.js';
import '@awesome.me/webawesome/dist/components/option/option.js';
import '@awesome.me/webawesome/dist/components/select/select.js';
import type { EventKind } from '../../server/wire/event.ts';
import type { NotificationsView } from '../../server/wire/notification.ts';
import { errorText } from '../http/api-error.ts';
import type { AppContext } from '../app-context.ts';
import { EVENT_KINDS } from '../events/event-text.ts';
import { DEVICE_TEXTS, deviceState, type DeviceState } from './device-state.ts';
import { USUAL_NIGHT, withNight } from './quiet-hours.ts';
import { factsOfThisDevice, subscribe, unsubscribe } from './this-device.ts';
import { routePath } from '../routing/routes.ts';
import { sharedStyles } from '../ui/shared-styles.ts';
import { textOf } from '../ui/form-dialog.ts';
import { listen } from '../ui/listen.ts';
import { notificationsPageStyles } from './notifications-page.styles.ts';

const PAUSES: readonly (readonly [seconds: number, name: string])[] = [
  [10, 'At most every 10 seconds'],
  [60, 'At most once a minute'],
  [300, 'At most every 5 minutes'],
  [900, 'At most every 15 minutes'],
  [3600, 'At most once an hour'],
];

export class NotificationsPage extends LitElement {
  static override styles = [sharedStyles, notificationsPageStyles];
  static override properties = {
    context: { attribute: false },
    view: { state: true },
    device: { state: true },
    everywhere: { state: true },
    quiet: { state: true },
    busy: { state: true },
    message: { state: true },
    error: { state: true },
  };
  declare context: AppContext;
  declare protected view: NotificationsView | null;
  declare protected device: DeviceState | null;
  /** At all cameras. */
  declare protected everywhere: boolean;
  /** There are hours in which nothing is told. */
  declare protected quiet: boolean;
  declare protected busy: boolean;
  declare protected message: string | null;
  declare protected error: string | null;

  constructor() {
    super();
    this.view = null;
    this.device = null;
    this.everywhere = true;
    this.quiet = false;
    this.busy = false;
    this.message = null;
    this.error = null;
    listen(this, (update) => this.context.live.cameras.on('change', update));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // Back from the browser's settings, where something may have been allowed.
    document.addEventListener('visibilitychange', this.#onVisible);
    void this.#do(async () => this.#show(await this.context.api.call('GET /api/notifications')));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener('visibilitychange', this.#onVisible);
  }

  protected override render(): TemplateResult {
    return html`
      <h1 tabindex="-1">Notifications</h1>
      <p class="quiet">
        Vigie tells you when something happens at a camera, also when no page of it is open.
      </p>
      ${this.error ? html`<wa-callout variant="danger" size="s" role="alert">${this.error}</wa-callout>` : nothing}
      ${this.message ? html`<wa-callout variant="success" size="s" role="status">${this.message}</wa-callout>` : nothing}
      ${this.view && this.device ? [this.#device(this.device), this.#settings(this.view)] : nothing}
    `;
  }

  #device(state: DeviceState): TemplateResult {
    return html`<section class="card" data-testid="this-device" data-state=${state}>
      <h2>This device</h2>
      <p class="device ${state}">
        <wa-icon name=${state === 'on' ? 'check' : 'bell'}></wa-icon>
        <span
          >${DEVICE_TEXTS[state]}
          ${state === 'insecure' ? html`<a href=${routePath({ page: 'secure' })}>How to get there</a>` : nothing}</span
        >
      </p>
      ${
        state === 'off'
          ? html`<div class="buttons">
              <wa-button
                variant="brand"
                ?loading=${this.busy}
                data-testid="tell-this-device"
                @click=${() => void this.#do(() => this.#turnOn())}
                >Notify this device</wa-button
              >
            </div>`
          : nothing
      }
      ${
        state === 'on'
          ? html`<div class="buttons">
              <wa-button
                appearance="outlined"
                ?disabled=${this.busy}
                data-testid="try-notifications"
                @click=${() => void this.#do(() => this.#try())}
                >Send one to try</wa-button
              >
              <wa-button
                appearance="plain"
                ?disabled=${this.busy}
                data-testid="forget-this-device"
                @click=${() => void this.#do(() => this.#turnOff())}
                >Turn off</wa-button
              >
            </div>`
          : nothing
      }
    </section>`;
  }

  #settings({ settings }: NotificationsView): TemplateResult {
    const [night = USUAL_NIGHT] = settings.quiet;
    return html`<form class="card" @submit=${this.#onSubmit}>
      <h2>What you are notified of</h2>
      <fieldset>
        <legend>When there is</legend>
        ${Object.entries(EVENT_KINDS).map(
          ([kind, name]) =>
            html`<wa-checkbox
              name="kind"
              value=${kind}
              ?checked=${settings.kinds.includes(kind as EventKind)}
              data-testid="told-${kind}"
              >${name}</wa-checkbox
            >`,
        )}
      </fieldset>
      ${this.#cameras(settings.cameraIds)}
      <fieldset>
        <legend>When not</legend>
        <wa-checkbox
          ?checked=${this.quiet}
          data-testid="quiet-hours"
          @change=${({ target }: Event) => (this.quiet = (target as HTMLInputElement).checked)}
          >Not at certain hours</wa-checkbox
        >
        ${
          this.quiet
            ? html`<div class="hours">
                  <wa-input name="from" type="time" label="From" required value=${night.from}></wa-input>
                  <wa-input name="to" type="time" label="To" required value=${night.to}></wa-input>
                </div>
                <p class="quiet">By the clock of this device, ${timeZone()}.</p>`
            : nothing
        }
      </fieldset>
      <wa-select
        name="pause"
        label="Of the same camera"
        value=${String(nearestPause(settings.pauseSeconds))}
        data-testid="pause"
      >
        ${PAUSES.map(([seconds, name]) => html`<wa-option value=${String(seconds)}>${name}</wa-option>`)}
      </wa-select>
      <div class="buttons">
        <wa-button type="submit" variant="brand" ?loading=${this.busy} data-testid="save-notifications"
          >Save</wa-button
        >
      </div>
    </form>`;
  }

  #cameras(chosen: readonly string[]): TemplateResult {
    return html`<fieldset>
      <legend>At</legend>
      <wa-checkbox
        ?checked=${this.everywhere}
        data-testid="told-everywhere"
        @change=${({ target }: Event) => (this.everywhere = (target as HTMLInputElement).checked)}
        >All cameras you may see, also those added later</wa-checkbox
      >
      ${
        this.everywhere
          ? nothing
          : html`<fieldset>
              ${(this.context.live.cameras.all ?? []).map(
                ({ id, name }) =>
                  html`<wa-checkbox
                    name="camera"
                    value=${id}
                    ?checked=${chosen.includes(id)}
                    data-testid="told-camera"
                    >${name}</wa-checkbox
                  >`,
              )}
            </fieldset>`
      }
    </fieldset>`;
  }

  async #turnOn(): Promise<void> {
    if (!this.view) return;
    const device = await subscribe(this.view.publicKey);
    if (device) {
      await this.#show(await this.context.api.call('POST /api/notifications/devices', { body: device }));
    } else await this.#look();
  }

  async #turnOff(): Promise<void> {
    const id = await unsubscribe();
    if (id !== undefined) {
      const params = { deviceId: id };
      await this.context.api.call('DELETE /api/notifications/devices/:deviceId', { params });
    }
    await this.#show(await this.context.api.call('GET /api/notifications'));
  }

  async #try(): Promise<void> {
    await this.context.api.call('POST /api/notifications/test');
    this.message =
      'It is on its way to all your devices. If it does not come, look whether this system mutes the browser.';
  }

  readonly #onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    void this.#do(() => this.#save(new FormData(event.target as HTMLFormElement)));
  };

  async #save(form: FormData): Promise<void> {
    if (!this.view) return;
    const cameraIds = this.everywhere ? [] : form.getAll('camera').map(String);
    if (!this.everywhere && cameraIds.length === 0) throw new Error('Choose at least one camera.');
    const { quiet } = this.view.settings;
    const body = {
      kinds: form.getAll('kind').map(String) as EventKind[],
      cameraIds,
      quiet: this.quiet ? withNight(quiet, textOf(form, 'from'), textOf(form, 'to')) : [],
      timeZone: timeZone(),
      pauseSeconds: Number(textOf(form, 'pause')),
    };
    await this.#show(await this.context.api.call('PUT /api/notifications', { body }));
    this.message = 'Saved.';
  }

  async #show(view: NotificationsView): Promise<void> {
    this.view = view;
    this.everywhere = view.settings.cameraIds.length === 0;
    this.quiet = view.settings.quiet.length > 0;
    await this.#look();
  }

  async #look(): Promise<void> {
    if (this.view) this.device = deviceState(await factsOfThisDevice(this.view.deviceIds));
  }

  async #do(action: () => Promise<void>): Promise<void> {
    this.busy = true;
    this.error = null;
    this.message = null;
    try {
      await action();
    } catch (error) {
      this.error = errorText(error);
    } finally {
      this.busy = false;
    }
  }

  readonly #onVisible = (): void => {
    if (document.visibilityState === 'visible') void this.#look();
  };
}

function timeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Programs may set any. */
function nearestPause(seconds: number): number {
  return PAUSES.reduce(
    (best, [pause]) => (Math.abs(pause - seconds) < Math.abs(best - seconds) ? pause : best),
    PAUSES[0]?.[0] ?? 60,
  );
}

customElements.define('vigie-notifications-page', NotificationsPage);
