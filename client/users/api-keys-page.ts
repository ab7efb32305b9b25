/** The API keys with which programs sign in: the user's own, and for administrators those of all users. */

import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import { createRef, ref } from 'lit/directives/ref.js';
import '@awesome.me/webawesome/dist/components/button/button.js';
import type { ApiKeyView } from '../../server/wire/api-key.ts';
import { errorText } from '../http/api-error.ts';
import type { AppContext } from '../app-context.ts';
import '../ui/confirm-dialog.ts';
import type { ConfirmDialog } from '../ui/confirm-dialog.ts';
import { errorCallout } from '../ui/error-callout.ts';
import { listen } from '../ui/listen.ts';
import { pageHeader, pageHeaderStyles } from '../ui/page-header.ts';
import { rowListStyles } from '../ui/row-list.ts';
import { sharedStyles } from '../ui/shared-styles.ts';
import './api-key-dialog.ts';
import type { ApiKeyDialog } from './api-key-dialog.ts';
import { expiryText, grantText, usedText } from './api-key-words.ts';

export class ApiKeysPage extends LitElement {
  static override styles = [
    sharedStyles,
    pageHeaderStyles,
    rowListStyles,
    css`
      :host {
        display: block;
        max-width: 52rem;
        margin-inline: auto;
      }
      .rows > li {
        align-items: start;
      }
      code {
        font-family: var(--wa-font-family-code);
      }
      .expired {
        color: var(--wa-color-danger-on-quiet);
      }
      .none {
        padding: 1.1rem;
      }
    `,
  ];
  static override properties = {
    context: { attribute: false },
    keys: { state: true },
    error: { state: true },
  };
  declare context: AppContext;
  declare protected keys: readonly ApiKeyView[] | null;
  declare protected error: string | null;
  readonly #dialog = createRef<ApiKeyDialog>();
  readonly #confirm = createRef<ConfirmDialog>();

  constructor() {
    super();
    this.keys = null;
    this.error = null;
    listen(this, (update) => this.context.live.cameras.on('change', update));
  }

  protected override firstUpdated(): void {
    void this.#load();
  }

  protected override render(): TemplateResult {
    const { context, keys } = this;
    return html`
      ${pageHeader({
        title: 'API keys',
        testId: 'api-keys-title',
        intro: 'A key lets a program in, such as Home Assistant or a script, with at most your own rights.',
        actions: html`<wa-button
          variant="brand"
          @click=${() => this.#dialog.value?.show()}
          data-testid="add-api-key"
        >
          <wa-icon slot="start" name="plus"></wa-icon>Create key
        </wa-button>`,
      })}
      ${errorCallout(this.error, 'api-keys-error', () => void this.#load())}
      ${
        keys === null
          ? nothing
          : keys.length === 0
            ? html`<p class="card none quiet" data-testid="no-api-keys">There are no API keys yet.</p>`
            : html`<ul class="card rows">
                ${keys.map((key) => this.#row(key))}
              </ul>`
      }
      <vigie-api-key-dialog .context=${context} ${ref(this.#dialog)} @vigie-saved=${() => void this.#load()}>
      </vigie-api-key-dialog>
      <vigie-confirm-dialog .context=${context} ${ref(this.#confirm)}></vigie-confirm-dialog>
    `;
  }

  #row(key: ApiKeyView): TemplateResult {
    const { live, session } = this.context;
    const nowMs = live.clock.nowMs();
    const isOwn = key.userId === session.user?.id;
    const isExpired = key.expiresAtMs !== null && key.expiresAtMs <= nowMs;
    return html`<li data-testid="api-key-row" data-name=${key.name}>
      <div class="what">
        <strong>${key.name}</strong>${isOwn ? nothing : html`<span class="quiet"> (${key.username})</span>`}
        <p class="quiet"><code>${key.begins}…</code></p>
        ${grantText(key, live.cameras.all ?? []).map((line) => html`<p>${line}</p>`)}
        <p class=${isExpired ? 'expired' : 'quiet'}>
          ${usedText(key, nowMs)} · ${expiryText(key.expiresAtMs, nowMs, this.context.siteZone.time)}
        </p>
      </div>
      <wa-button size="s" appearance="plain" data-testid="revoke-api-key" @click=${() => this.#revoke(key)}>
        Revoke
      </wa-button>
    </li>`;
  }

  #revoke({ id, name }: ApiKeyView): void {
    this.#confirm.value?.ask({
      heading: `Revoke “${name}”?`,
      stake: {
        lost: ['The key: the program that uses it is refused immediately, and its streams end'],
      },
      action: 'Revoke key',
      run: async () => {
        await this.context.api.call('DELETE /api/keys/:keyId', { params: { keyId: id } });
        await this.#load();
      },
    });
  }

  async #load(): Promise<void> {
    try {
      this.keys = await this.context.api.call('GET /api/keys');
      this.error = null;
    } catch (error) {
      this.error = errorText(error);
    }
  }
}

customElements.define('vigie-api-keys-page', ApiKeysPage);
