/** “Can I be reached from outside?”, or for viewers “Why is my picture slow?”: each way tried, and what to do about it. */

import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/spinner/spinner.js';
import { isAdministrator, type AppContext } from '../app-context.ts';
import { checkReport } from './check-report.ts';
import type { CheckLine, Mark } from './check-line.ts';
import { checkWords, type CheckWords } from './check-words.ts';
import { runCheck } from './run-check.ts';
import { pageHeader, pageHeaderStyles } from '../ui/page-header.ts';
import { sharedStyles } from '../ui/shared-styles.ts';
import { copyText } from '../ui/copy-text.ts';

const ICONS: Record<Mark, string> = { good: 'check', warning: 'warning', bad: 'xmark', info: 'info' };
/** What a screen reader says of the icon. */
const MARK_NAMES: Record<Mark, string> = {
  good: 'Works',
  warning: 'Warning',
  bad: 'Does not work',
  info: 'Note',
};

export class ConnectionPage extends LitElement {
  static override styles = [
    sharedStyles,
    pageHeaderStyles,
    css`
      :host {
        display: grid;
        gap: 1rem;
        max-width: 46rem;
        margin-inline: auto;
      }
      .page-header {
        margin-bottom: 0;
      }
      .verdict,
      li {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: 0.15rem 0.8rem;
        padding: 0.9rem 1.1rem;
      }
      .verdict {
        margin-bottom: 1rem;
      }
      .verdict h2 {
        font-size: 1.2rem;
      }
      ul {
        margin: 0;
        padding: 0;
        list-style: none;
      }
      li + li {
        border-top: 1px solid var(--wa-color-surface-border);
      }
      li h2 {
        overflow-wrap: anywhere;
      }
      .words {
        display: grid;
        gap: 0.2rem;
        min-width: 0;
      }
      .fix {
        padding-inline-start: 0.7rem;
        border-inline-start: 3px solid var(--wa-color-brand-border-normal);
        overflow-wrap: anywhere;
      }
      .mark {
        margin-top: 0.15rem;
        font-size: 1.15rem;
      }
      .good {
        color: var(--wa-color-success-on-quiet);
      }
      .warning {
        color: var(--wa-color-warning-on-quiet);
      }
      .bad {
        color: var(--wa-color-danger-on-quiet);
      }
      .info {
        color: var(--wa-color-text-quiet);
      }
      .busy {
        display: flex;
        align-items: center;
        gap: 0.8rem;
        padding: 1.4rem 1.1rem;
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        gap: 0.6rem;
      }
      .copy-source {
        position: fixed;
        opacity: 0;
      }
    `,
  ];
  static override properties = {
    context: { attribute: false },
    words: { state: true },
    running: { state: true },
    copied: { state: true },
  };
  declare context: AppContext;
  declare protected words: CheckWords | null;
  declare protected running: boolean;
  declare protected copied: boolean | null;

  constructor() {
    super();
    this.words = null;
    this.running = false;
    this.copied = null;
  }

  override firstUpdated(): void {
    void this.#run();
  }

  protected override render(): TemplateResult {
    return html`
      ${pageHeader({
        title: 'Connection check',
        intro: isAdministrator(this.context.session.user)
          ? 'Tests every path between this device and the server. Run it outside your network to see whether remote access works.'
          : 'Tests every path between this device and the server, and shows why video may be slow.',
      })}
      <div aria-live="polite">
        ${
          this.running || !this.words
            ? html`<div class="card busy" data-testid="check-running">
                <wa-spinner></wa-spinner> Testing all paths. This takes up to ten seconds.
              </div>`
            : this.#result(this.words)
        }
      </div>
      ${
        this.words && !this.running
          ? html`<div class="actions">
              <wa-button variant="brand" data-testid="check-again" @click=${() => void this.#run()}
                >Try again</wa-button
              >
              <wa-button appearance="outlined" data-testid="copy-report" @click=${this.#onCopy}>
                <wa-icon slot="start" name=${this.copied ? 'check' : 'copy'}></wa-icon
                >${this.copied === false ? 'Could not copy' : this.copied ? 'Copied' : 'Copy report'}
              </wa-button>
            </div>`
          : nothing
      }
    `;
  }

  #result({ verdict, lines }: CheckWords): TemplateResult {
    return html`
      <section class="card verdict" data-testid="check-verdict" data-mark=${verdict.mark}>
        ${this.#line(verdict)}
      </section>
      <ul class="card" data-testid="check-lines">
        ${lines.map(
          (line) => html`<li data-testid="check-line" data-mark=${line.mark}>${this.#line(line)}</li>`,
        )}
      </ul>
    `;
  }

  #line({ mark, title, meaning, fix }: CheckLine): TemplateResult {
    return html`<wa-icon class="mark ${mark}" name=${ICONS[mark]} label=${MARK_NAMES[mark]}></wa-icon>
      <div class="words">
        <h2>${title}</h2>
        <p class="quiet">${meaning}</p>
        ${fix === undefined ? nothing : html`<p class="fix">${fix}</p>`}
      </div>`;
  }

  async #run(): Promise<void> {
    if (this.running) return;
    this.running = true;
    this.copied = null;
    this.words = checkWords(await runCheck(this.context));
    this.running = false;
  }

  readonly #onCopy = (event: Event): void => {
    void this.#copy(event.currentTarget as HTMLElement);
  };

  async #copy(button: HTMLElement): Promise<void> {
    if (!this.words) return;
    this.copied = await copyText(checkReport(this.words, navigator.userAgent, new Date()), button);
  }
}

customElements.define('vigie-connection-page', ConnectionPage);
