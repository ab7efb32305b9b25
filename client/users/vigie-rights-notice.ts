/**
 * `<vigie-rights-notice>`: shows administrators once, on every page, that an update has split the viewers' rights, until one of
 * them dismisses it.
 */

import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/callout/callout.js';
import type { AppContext } from '../app-context.ts';
import { errorText } from '../http/api-error.ts';
import { routePath } from '../routing/routes.ts';
import { SyncedView } from '../signaling/synced-view.ts';
import { alarmStyles } from '../ui/alarm-callout.ts';
import { errorCallout } from '../ui/error-callout.ts';
import { sharedStyles } from '../ui/shared-styles.ts';

export class VigieRightsNotice extends LitElement {
  static override styles = [
    sharedStyles,
    alarmStyles,
    css`
      p {
        margin: 0 0 0.6rem;
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.4rem 1rem;
      }
    `,
  ];
  static override properties = {
    context: { attribute: false },
    dismissed: { state: true },
    error: { state: true },
  };
  declare context: AppContext;
  /** Hidden until the server confirms the dismissal. */
  declare protected dismissed: boolean;
  declare protected error: string | null;
  readonly #notices = new SyncedView(this, 'notices', {
    signaling: () => this.context.live.signaling,
    ask: () => this.context.api.call('GET /api/notices'),
  });

  constructor() {
    super();
    this.dismissed = false;
    this.error = null;
  }

  protected override render(): TemplateResult | typeof nothing {
    const { notices = [] } = this.#notices.view ?? {};
    if (this.dismissed || !notices.some(({ name }) => name === 'rightsPerCamera')) return nothing;
    return html`<wa-callout variant="brand" size="s" role="status" data-testid="rights-notice">
      <p>
        Rights are now given one by one: Live, Recordings, Events and Control. Each viewer keeps what they
        had: Live, Recordings and Events. New viewers begin with Live.
      </p>
      ${errorCallout(this.error, 'rights-notice-error')}
      <div class="actions">
        <a href=${routePath({ page: 'users' })}>Review users</a>
        <wa-button
          size="s"
          appearance="outlined"
          @click=${() => void this.#dismiss()}
          data-testid="dismiss-notice"
          >Dismiss</wa-button
        >
      </div>
    </wa-callout>`;
  }

  async #dismiss(): Promise<void> {
    try {
      await this.context.api.call('DELETE /api/notices/:notice', { params: { notice: 'rightsPerCamera' } });
      this.dismissed = true;
    } catch (error) {
      this.error = errorText(error);
    }
  }
}

customElements.define('vigie-rights-notice', VigieRightsNotice);
