/**
 * `<vigie-site-zone>`: names the time zone that hours are meant in, wherever some are shown or asked for; administrators change it
 * here, for the whole site and at once. With `of="device"`, under times in this device's zone, it shows only where the two differ.
 */

import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/button/button.js';
import type { SiteTimeZone } from '../../server/wire/site.ts';
import { isAdministrator, type AppContext } from '../app-context.ts';
import { errorText } from '../http/api-error.ts';
import { errorCallout } from '../ui/error-callout.ts';
import { valueOf } from '../ui/field-value.ts';
import { sharedStyles } from '../ui/shared-styles.ts';
import { deviceTimeZone, zoneChoices, zoneText } from './time-zone.ts';

export class VigieSiteZone extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      p {
        margin: 0;
      }
      select {
        max-width: 100%;
        font: inherit;
      }
    `,
  ];
  static override properties = {
    context: { attribute: false },
    of: {},
    zone: { state: true },
    choosing: { state: true },
    error: { state: true },
  };
  declare context: AppContext;
  declare of: 'hours' | 'device';
  declare protected zone: SiteTimeZone | null;
  declare protected choosing: boolean;
  declare protected error: string | null;

  constructor() {
    super();
    this.of = 'hours';
    this.zone = null;
    this.choosing = false;
    this.error = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
  }

  protected override render(): TemplateResult | typeof nothing {
    const { zone } = this;
    if (!zone) return nothing;
    const nowMs = this.context.live.clock.nowMs();
    const name = zoneText(zone.timeZone, nowMs);
    if (this.of === 'device') {
      const device = deviceTimeZone();
      if (zoneText(device, nowMs).endsWith(name.replace(zone.timeZone, ''))) return nothing;
      return html`<p class="quiet" data-testid="device-zone">
        Times are in the time zone of this device, ${zoneText(device, nowMs)}. The site’s is ${name}.
      </p>`;
    }
    return html`
      <p class="quiet" data-testid="site-zone">
        Time zone of the site: ${this.choosing ? this.#choice(zone) : name}.
      </p>
      ${
        isAdministrator(this.context.session.user) && !this.choosing
          ? html`<wa-button
              size="s"
              appearance="plain"
              type="button"
              data-testid="change-zone"
              @click=${() => (this.choosing = true)}
              >Change time zone</wa-button
            >`
          : nothing
      }
      ${errorCallout(this.error, 'zone-error')}
    `;
  }

  #choice(zone: SiteTimeZone): TemplateResult {
    return html`<select
      aria-label="Time zone of the site"
      data-testid="zones"
      @change=${(event: Event) => void this.#set(valueOf(event))}
    >
      ${zoneChoices(zone).map((name) => html`<option value=${name} ?selected=${name === zone.timeZone}>${name}</option>`)}
    </select>`;
  }

  async #load(): Promise<void> {
    try {
      this.zone = await this.context.api.call('GET /api/site/time-zone');
    } catch (error) {
      this.error = errorText(error);
    }
  }

  async #set(timeZone: string): Promise<void> {
    try {
      this.zone = await this.context.api.call('PUT /api/site/time-zone', { body: { timeZone } });
      this.choosing = false;
      this.error = null;
    } catch (error) {
      this.error = errorText(error);
    }
  }
}

customElements.define('vigie-site-zone', VigieSiteZone);
