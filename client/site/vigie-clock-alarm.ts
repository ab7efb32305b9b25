/**
 * `<vigie-clock-alarm>`: tells administrators, on whichever page they are, that the server's clock cannot be right, and what to
 * do. As it is there for every administrator, it also says the site's time zone while nobody has chosen one.
 */

import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/callout/callout.js';
import type { SiteClockView } from '../../server/wire/site.ts';
import type { AppContext } from '../app-context.ts';
import { sayTimeZone } from './time-zone.ts';

export class VigieClockAlarm extends LitElement {
  static override styles = css`
    wa-callout {
      margin: 1rem max(1.25rem, env(safe-area-inset-right)) 0 max(1.25rem, env(safe-area-inset-left));
    }
  `;
  static override properties = { context: { attribute: false }, clock: { state: true } };
  declare context: AppContext;
  declare protected clock: SiteClockView | null;
  #stops: (() => void)[] = [];

  constructor() {
    super();
    this.clock = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const { signaling } = this.context.live;
    this.#stops = [
      signaling.on('siteClock', (clock) => (this.clock = clock)),
      // It may have changed while the connection was down.
      signaling.on('state', (state) => {
        if (state === 'open') void this.#load();
      }),
    ];
    if (signaling.state === 'open') void this.#load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stops.splice(0)) stop();
  }

  protected override render(): TemplateResult | typeof nothing {
    const problem = this.clock?.problem;
    if (!problem) return nothing;
    return html`<wa-callout variant="warning" size="s" role="alert" data-testid="clock-alarm"
      >${problem.text}</wa-callout
    >`;
  }

  async #load(): Promise<void> {
    const { api } = this.context;
    try {
      this.clock = await api.call('GET /api/site/clock');
      await sayTimeZone(api);
    } catch {
      // Whatever keeps the server from answering is told elsewhere.
    }
  }
}

customElements.define('vigie-clock-alarm', VigieClockAlarm);
