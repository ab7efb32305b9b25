/**
 * `<vigie-clock-alarm>`: shows administrators on every page that the server's clock cannot be right, and what to do. While nobody
 * has chosen the site's time zone, it sends this browser's to the server.
 */

import { LitElement, type TemplateResult, type nothing } from 'lit';
import type { AppContext } from '../app-context.ts';
import { SyncedView } from '../signaling/synced-view.ts';
import { alarmCallout, alarmStyles } from '../ui/alarm-callout.ts';
import { sayTimeZone } from './time-zone.ts';

export class VigieClockAlarm extends LitElement {
  static override styles = alarmStyles;
  static override properties = { context: { attribute: false } };
  declare context: AppContext;
  readonly #clock = new SyncedView(this, 'siteClock', {
    signaling: () => this.context.live.signaling,
    ask: async () => {
      const { api } = this.context;
      // Another attempt follows when signaling opens again.
      sayTimeZone(api).catch(() => undefined);
      return await api.call('GET /api/site/clock');
    },
  });

  protected override render(): TemplateResult | typeof nothing {
    const text = this.#clock.view?.problem?.text;
    return alarmCallout({ variant: 'warning', testId: 'clock-alarm', text });
  }
}

customElements.define('vigie-clock-alarm', VigieClockAlarm);
