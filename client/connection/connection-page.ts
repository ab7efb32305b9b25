/**
 * “Can I be reached from outside?”, or for viewers “Why is my picture slow?”: the result of each path, and what to do about it.
 */

import { LitElement, html, nothing, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/spinner/spinner.js';
import { wallMs } from '../clock.ts';
import { isAdministrator, type AppContext } from '../app-context.ts';
import { checkReport } from './check-report.ts';
import type { CheckLine, Mark } from './check-line.ts';
import { checkWords, type CheckWords } from './check-words.ts';
import { runCheck } from './run-check.ts';
import { pageHeader, pageHeaderStyles } from '../ui/page-header.ts';
import { sharedStyles } from '../ui/shared-styles.ts';
import { copyText } from '../ui/copy-text.ts';
import { connectionPageStyles } from './connection-page.styles.ts';
import './vigie-site-edges.ts';

const ICONS: Record<Mark, string> = { good: 'check', warning: 'warning', bad: 'xmark', info: 'info' };
/** The label of the icon for screen readers. */
const MARK_NAMES: Record<Mark, string> = {
  good: 'Works',
  warning: 'Warning',
  bad: 'Does not work',
  info: 'Note',
};

export class ConnectionPage extends LitElement {
  static override styles = [sharedStyles, pageHeaderStyles, connectionPageStyles];
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
      ${
        isAdministrator(this.context.session.user)
          ? html`<vigie-site-edges .context=${this.context}></vigie-site-edges>`
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
    this.copied = await copyText(checkReport(this.words, navigator.userAgent, new Date(wallMs())), button);
  }
}

customElements.define('vigie-connection-page', ConnectionPage);
