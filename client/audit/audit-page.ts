/** The audit log by day, newest first, and its download. For administrators. */

import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import '@awesome.me/webawesome/dist/components/button/button.js';
import type { UserView } from '../../server/wire/account.ts';
import type { AuditEntry } from '../../server/wire/audit.ts';
import type { AppContext } from '../app-context.ts';
import { errorText } from '../http/api-error.ts';
import '../site/vigie-site-zone.ts';
import { errorCallout } from '../ui/error-callout.ts';
import { listen } from '../ui/listen.ts';
import { pageHeader, pageHeaderStyles } from '../ui/page-header.ts';
import { sharedStyles } from '../ui/shared-styles.ts';
import { auditPageStyles } from './audit-page.styles.ts';
import { auditDetails, auditWhat, auditWhen, auditWho } from './audit-text.ts';
import './vigie-audit-days.ts';
import './vigie-audit-filter.ts';
import type { AuditSelection } from './vigie-audit-filter.ts';

const PAGE_SIZE = 50;

export class AuditPage extends LitElement {
  static override styles = [sharedStyles, pageHeaderStyles, auditPageStyles];
  static override properties = {
    context: { attribute: false },
    entries: { state: true },
    mayHaveMore: { state: true },
    users: { state: true },
    selection: { state: true },
    busy: { state: true },
    error: { state: true },
  };
  declare context: AppContext;
  /** Null before the first answer. */
  declare protected entries: readonly AuditEntry[] | null;
  declare protected mayHaveMore: boolean;
  declare protected users: readonly UserView[];
  declare protected selection: AuditSelection;
  declare protected busy: boolean;
  declare protected error: string | null;
  /** Counts the requests: only the response to the last one is shown. */
  #asked = 0;

  constructor() {
    super();
    this.entries = null;
    this.mayHaveMore = false;
    this.users = [];
    this.selection = {};
    this.busy = false;
    this.error = null;
    listen(this, (update) => this.context.siteZone.on('change', update));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
    void this.#do(async () => {
      this.users = await this.context.api.call('GET /api/users');
    });
  }

  protected override render(): TemplateResult {
    const nowMs = this.context.live.clock.nowMs();
    const { time } = this.context.siteZone;
    const entries = this.entries ?? [];
    const days = Map.groupBy(entries, ({ beganAtMs }) => time.day(beganAtMs, nowMs));
    return html`
      ${pageHeader({
        title: 'Audit log',
        testId: 'audit-title',
        intro: 'Who signed in, watched, downloaded, deleted and changed what. Entries cannot be changed.',
        actions: [this.#export('csv', 'CSV'), this.#export('jsonl', 'JSON lines')],
      })}
      <vigie-audit-filter
        .context=${this.context}
        .users=${this.users}
        .entries=${entries}
        @vigie-filter=${({ detail }: CustomEvent<AuditSelection>) => {
          this.selection = detail;
          void this.#load();
        }}
      ></vigie-audit-filter>
      <vigie-site-zone of="times" .context=${this.context}></vigie-site-zone>
      ${errorCallout(this.error, 'audit-error', () => void this.#load())}
      ${[...days].map(
        ([day, ofDay]) =>
          html`<section>
            <h2>${day}</h2>
            <ol class="card">
              ${repeat(
                ofDay,
                ({ id }) => id,
                (entry) => this.#entry(entry),
              )}
            </ol>
          </section>`,
      )}
      ${this.entries?.length === 0 ? this.#empty() : nothing} ${this.#more()}
      <vigie-audit-days .context=${this.context}></vigie-audit-days>
    `;
  }

  #export(format: 'csv' | 'jsonl', name: string): TemplateResult {
    return html`<wa-button
      size="s"
      appearance="outlined"
      ?loading=${this.busy}
      data-testid="audit-export-${format}"
      @click=${() => void this.#download(format)}
    >
      <wa-icon slot="start" name="download" label="Download as"></wa-icon>${name}
    </wa-button>`;
  }

  #entry(entry: AuditEntry): TemplateResult {
    const { time } = this.context.siteZone;
    const { beganAtMs, refused, kind, cameraName, address, device } = entry;
    const details = auditDetails(entry, time);
    const from = [address, device].filter((each) => each !== null).join(' · ');
    return html`<li class=${refused || kind === 'security' ? 'attention' : ''} data-testid="audit-entry">
      <time datetime=${new Date(beganAtMs).toISOString()}>${auditWhen(entry, time)}</time>
      <div>
        <p><strong>${auditWhat(entry)}</strong>${cameraName === null ? nothing : html`: ${cameraName}`}</p>
        ${details === '' ? nothing : html`<p class="quiet">${details}</p>`}
      </div>
      <div>
        <p>${auditWho(entry)}</p>
        ${from === '' ? nothing : html`<p class="quiet">${from}</p>`}
      </div>
    </li>`;
  }

  #empty(): TemplateResult {
    const isFiltered = Object.keys(this.selection).length > 0;
    return html`<div class="empty card quiet" data-testid="no-audit-entries">
      <p>${isFiltered ? 'No entries match these filters.' : 'No entries yet.'}</p>
    </div>`;
  }

  #more(): TemplateResult | typeof nothing {
    if (!this.mayHaveMore) return nothing;
    return html`<div class="more">
      <wa-button
        appearance="outlined"
        ?loading=${this.busy}
        data-testid="more-audit-entries"
        @click=${() => void this.#load(this.entries?.at(-1)?.id)}
        >Load earlier entries</wa-button
      >
    </div>`;
  }

  /** @param before an entry's id: the page after it is added */
  async #load(before?: string): Promise<void> {
    const asked = ++this.#asked;
    await this.#do(async () => {
      const query = { ...this.selection, limit: PAGE_SIZE, ...(before !== undefined && { before }) };
      const page = await this.context.api.call('GET /api/audit', { query });
      if (asked !== this.#asked) return;
      this.entries = before === undefined ? page : [...(this.entries ?? []), ...page];
      this.mayHaveMore = page.length === PAGE_SIZE;
    });
  }

  async #download(format: 'csv' | 'jsonl'): Promise<void> {
    const query = this.selection;
    const never = new AbortController().signal;
    await this.#do(() =>
      this.context.api.download(`GET /api/audit/export.${format}`, { query }, () => undefined, never),
    );
  }

  async #do(action: () => Promise<void>): Promise<void> {
    this.busy = true;
    this.error = null;
    try {
      await action();
    } catch (error) {
      this.error = errorText(error);
    } finally {
      this.busy = false;
    }
  }
}

customElements.define('vigie-audit-page', AuditPage);
