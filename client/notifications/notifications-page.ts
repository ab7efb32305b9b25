/** Notifications: whether this device receives them, and which ones a user wants on all devices. */

import { LitElement, html, nothing, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/callout/callout.js';
import { createRef, ref } from 'lit/directives/ref.js';
import type { NotificationSettings, NotificationsView } from '../../server/wire/notification.ts';
import { errorText } from '../http/api-error.ts';
import type { AppContext } from '../app-context.ts';
import { routePath } from '../routing/routes.ts';
import '../ui/confirm-dialog.ts';
import type { ConfirmDialog } from '../ui/confirm-dialog.ts';
import { errorCallout } from '../ui/error-callout.ts';
import { listen } from '../ui/listen.ts';
import { pageHeader, pageHeaderStyles } from '../ui/page-header.ts';
import { sharedStyles } from '../ui/shared-styles.ts';
import { DEVICE_TEXTS, deviceState, type DeviceState } from './device-state.ts';
import { notificationsPageStyles } from './notifications-page.styles.ts';
import { factsOfThisDevice, subscribe, unsubscribe } from './this-device.ts';
import './vigie-notification-settings.ts';

export class NotificationsPage extends LitElement {
  static override styles = [sharedStyles, pageHeaderStyles, notificationsPageStyles];
  static override properties = {
    context: { attribute: false },
    view: { state: true },
    device: { state: true },
    busy: { state: true },
    message: { state: true },
    error: { state: true },
  };
  declare context: AppContext;
  declare protected view: NotificationsView | null;
  declare protected device: DeviceState | null;
  declare protected busy: boolean;
  declare protected message: string | null;
  declare protected error: string | null;
  readonly #confirm = createRef<ConfirmDialog>();

  constructor() {
    super();
    this.view = null;
    this.device = null;
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
      ${pageHeader({
        title: 'Notifications',
        intro: 'Vigie notifies you of events at your cameras, even when it is not open.',
      })}
      ${errorCallout(this.error, 'notifications-error')}
      ${this.message ? html`<wa-callout variant="success" size="s" role="status">${this.message}</wa-callout>` : nothing}
      <vigie-confirm-dialog ${ref(this.#confirm)}></vigie-confirm-dialog>
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
          ${
            state === 'insecure'
              ? html`<a href=${routePath({ page: 'secure' })}>Set up a secure connection</a>`
              : nothing
          }</span
        >
      </p>
      ${this.#deviceButtons(state)}
    </section>`;
  }

  #deviceButtons(state: DeviceState): TemplateResult | typeof nothing {
    if (state === 'off')
      return html`<div class="buttons">
        <wa-button
          variant="brand"
          ?loading=${this.busy}
          data-testid="tell-this-device"
          @click=${() => void this.#do(() => this.#turnOn())}
          >Turn on for this device</wa-button
        >
      </div>`;
    if (state !== 'on') return nothing;
    return html`<div class="buttons">
      <wa-button
        appearance="outlined"
        ?disabled=${this.busy}
        data-testid="try-notifications"
        @click=${() => void this.#do(() => this.#try())}
        >Send test notification</wa-button
      >
      <wa-button
        appearance="plain"
        ?disabled=${this.busy}
        data-testid="forget-this-device"
        @click=${() => this.#askToTurnOff()}
        >Turn off</wa-button
      >
    </div>`;
  }

  #settings({ settings }: NotificationsView): TemplateResult {
    return html`<vigie-notification-settings
      .context=${this.context}
      .settings=${settings}
      .cameras=${this.context.live.cameras.with('events')}
      ?busy=${this.busy}
      @vigie-save=${({ detail }: CustomEvent<NotificationSettings>) => void this.#do(() => this.#save(detail))}
      @vigie-invalid=${({ detail }: CustomEvent<string>) => {
        this.error = detail;
        this.message = null;
      }}
    ></vigie-notification-settings>`;
  }

  async #turnOn(): Promise<void> {
    if (!this.view) return;
    const device = await subscribe(this.view.publicKey);
    if (device) {
      await this.#show(await this.context.api.call('POST /api/notifications/devices', { body: device }));
    } else await this.#look();
  }

  #askToTurnOff(): void {
    this.#confirm.value?.ask({
      heading: 'Turn notifications off for this device?',
      stake: {
        lost: ['Notifications on this device, also of what happens from now on'],
        note: 'Your other devices keep theirs. You can turn this device on again.',
      },
      action: 'Turn off',
      run: () => this.#turnOff(),
    });
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
      'A test notification was sent to all your devices. If it does not arrive, check whether the system mutes the browser.';
  }

  async #save(settings: NotificationSettings): Promise<void> {
    await this.#show(await this.context.api.call('PUT /api/notifications', { body: settings }));
    this.message = 'Saved.';
  }

  async #show(view: NotificationsView): Promise<void> {
    this.view = view;
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

customElements.define('vigie-notifications-page', NotificationsPage);
