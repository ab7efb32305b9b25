/**
 * `<vigie-security-notices>`: shows administrators on every page notices of new devices and blocked attacks, until one of them
 * dismisses them.
 */

import { LitElement, css, html, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/callout/callout.js';
import type { Notice } from '../../server/wire/account.ts';
import type { AppContext } from '../app-context.ts';
import { errorText } from '../http/api-error.ts';
import { routePath } from '../routing/routes.ts';
import { SyncedView } from '../signaling/synced-view.ts';
import { alarmStyles } from '../ui/alarm-callout.ts';
import { errorCallout } from '../ui/error-callout.ts';
import { listen } from '../ui/listen.ts';
import { sharedStyles } from '../ui/shared-styles.ts';

export class VigieSecurityNotices extends LitElement {
  static override styles = [
    sharedStyles,
    alarmStyles,
    css`
      .notice,
      .actions {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.4rem 1rem;
      }
      .notice p {
        flex: 1 1 22rem;
        margin: 0;
      }
    `,
  ];
  static override properties = {
    context: { attribute: false },
    dismissed: { state: true },
    error: { state: true },
  };
  declare context: AppContext;
  /** `name time` of dismissed notices, until the server confirms it. */
  declare protected dismissed: ReadonlySet<string>;
  declare protected error: string | null;
  readonly #notices = new SyncedView(this, 'notices', {
    signaling: () => this.context.live.signaling,
    ask: () => this.context.api.call('GET /api/notices'),
  });

  constructor() {
    super();
    this.dismissed = new Set();
    this.error = null;
    listen(this, (update) => this.context.siteZone.on('change', update));
  }

  protected override render(): TemplateResult[] {
    const { notices = [] } = this.#notices.view ?? {};
    return notices
      .filter((notice) => notice.text !== null && !this.dismissed.has(keyOf(notice)))
      .map((notice) => this.#callout(notice));
  }

  #callout(notice: Notice): TemplateResult {
    const { name, text, atMs } = notice;
    const { time } = this.context.siteZone;
    return html`<wa-callout
      variant="warning"
      size="s"
      role="alert"
      data-testid="security-notice"
      data-name=${name}
    >
      <div class="notice">
        <p>${atMs === null ? '' : `${time.moment(atMs)}: `}${text}</p>
        <div class="actions">
          <a href=${routePath({ page: 'audit' })}>Open the audit log</a>
          <wa-button
            size="s"
            appearance="outlined"
            data-testid="dismiss-security-notice"
            @click=${() => void this.#dismiss(notice)}
            >Dismiss</wa-button
          >
        </div>
      </div>
      ${errorCallout(this.error, 'security-notice-error')}
    </wa-callout>`;
  }

  async #dismiss(notice: Notice): Promise<void> {
    this.error = null;
    try {
      await this.context.api.call('DELETE /api/notices/:notice', { params: { notice: notice.name } });
      this.dismissed = new Set([...this.dismissed, keyOf(notice)]);
    } catch (error) {
      this.error = errorText(error);
    }
  }
}

function keyOf({ name, atMs }: Notice): string {
  return `${name} ${atMs}`;
}

customElements.define('vigie-security-notices', VigieSecurityNotices);
