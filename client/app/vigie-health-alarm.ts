/** `<vigie-health-alarm>`: shows administrators on every page that the server's data are lost or damaged. */

import { LitElement, html, type TemplateResult, type nothing } from 'lit';
import type { AppContext } from '../app-context.ts';
import { SyncedView } from '../signaling/synced-view.ts';
import { alarmCallout, alarmStyles } from '../ui/alarm-callout.ts';
import { healthText } from './health-words.ts';

export class VigieHealthAlarm extends LitElement {
  static override styles = alarmStyles;
  static override properties = { context: { attribute: false } };
  declare context: AppContext;
  readonly #health = new SyncedView(this, 'healthProblems', {
    signaling: () => this.context.live.signaling,
    ask: async () => {
      const health = await this.context.api.call('GET /api/health');
      return { problems: health.status === 'ok' ? [] : health.problems };
    },
  });

  protected override render(): TemplateResult | typeof nothing {
    const { problems = [] } = this.#health.view ?? {};
    const text = problems.length > 0 ? problems.map((problem) => html`<p>${healthText(problem)}</p>`) : null;
    return alarmCallout({ variant: 'danger', testId: 'health-alarm', text });
  }
}

customElements.define('vigie-health-alarm', VigieHealthAlarm);
