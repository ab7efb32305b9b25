/**
 * `<vigie-site-zone>`: shows the time zone of hours, wherever the user enters some; administrators change it here, for the whole
 * site and at once. With `of="times"`, beside shown times, it names the zone if this device is in another.
 */

import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/button/button.js';
import { isAdministrator, type AppContext } from '../app-context.ts';
import { errorText } from '../http/api-error.ts';
import { errorCallout } from '../ui/error-callout.ts';
import { valueOf } from '../ui/field-value.ts';
import { listen } from '../ui/listen.ts';
import { sharedStyles } from '../ui/shared-styles.ts';
import { deviceTimeZone, zoneText } from '../dates/shown-time.ts';
import { zoneChoices } from './time-zone.ts';

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
    choosing: { state: true },
    error: { state: true },
  };
  declare context: AppContext;
  declare of: 'hours' | 'times';
  declare protected choosing: boolean;
  declare protected error: string | null;

  constructor() {
    super();
    this.of = 'hours';
    this.choosing = false;
    this.error = null;
    listen(this, (update) => this.context.siteZone.on('change', update));
  }

  protected override render(): TemplateResult | typeof nothing {
    const { time, zone } = this.context.siteZone;
    if (!zone) return nothing;
    const nowMs = this.context.live.clock.nowMs();
    const name = zoneText(zone.timeZone, nowMs);
    if (this.of === 'times') {
      if (time.isReaders(nowMs)) return nothing;
      return html`<p class="quiet" data-testid="times-zone">
        Times are in the time zone of the site, ${name}. This device is in
        ${zoneText(deviceTimeZone(), nowMs)}.
      </p>`;
    }
    return html`
      <p class="quiet" data-testid="site-zone">
        Time zone of the site: ${this.choosing ? this.#choice(zone.timeZone) : name}.
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

  #choice(timeZone: string): TemplateResult {
    return html`<select
      aria-label="Time zone of the site"
      data-testid="zones"
      @change=${(event: Event) => void this.#set(valueOf(event))}
    >
      ${zoneChoices(timeZone).map((name) => html`<option value=${name} ?selected=${name === timeZone}>${name}</option>`)}
    </select>`;
  }

  async #set(timeZone: string): Promise<void> {
    try {
      const { api, siteZone } = this.context;
      siteZone.update(await api.call('PUT /api/site/time-zone', { body: { timeZone } }));
      this.choosing = false;
      this.error = null;
    } catch (error) {
      this.error = errorText(error);
    }
  }
}

customElements.define('vigie-site-zone', VigieSiteZone);
