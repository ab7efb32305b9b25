/** `<vigie-health-alarm>`: tells administrators, on whichever page they are, that the server's data are lost or damaged. */

import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/callout/callout.js';
import type { HealthProblem } from '../../server/wire/health.ts';
import type { AppContext } from '../app-context.ts';
import { whenOpen } from '../signaling/when-open.ts';
import { healthText } from './health-words.ts';

export class VigieHealthAlarm extends LitElement {
  static override styles = css`
    wa-callout {
      margin: 1rem max(1.25rem, env(safe-area-inset-right)) 0 max(1.25rem, env(safe-area-inset-left));
    }
  `;
  static override properties = { context: { attribute: false }, problems: { state: true } };
  declare context: AppContext;
  declare protected problems: readonly HealthProblem[];
  #stops: (() => void)[] = [];

  constructor() {
    super();
    this.problems = [];
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const { signaling } = this.context.live;
    this.#stops = [
      signaling.on('healthProblems', ({ problems }) => (this.problems = problems)),
      whenOpen(signaling, () => void this.#load()),
    ];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stops.splice(0)) stop();
  }

  protected override render(): TemplateResult | typeof nothing {
    if (this.problems.length === 0) return nothing;
    return html`<wa-callout variant="danger" size="s" role="alert" data-testid="health-alarm"
      >${this.problems.map((problem) => html`<p>${healthText(problem)}</p>`)}</wa-callout
    >`;
  }

  async #load(): Promise<void> {
    try {
      const health = await this.context.api.call('GET /api/health');
      this.problems = health.status === 'ok' ? [] : health.problems;
    } catch {
      // Whatever keeps the server from answering is told elsewhere.
    }
  }
}

customElements.define('vigie-health-alarm', VigieHealthAlarm);
