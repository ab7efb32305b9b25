/** `<vigie-copy-field label value>`: a value in code type, to be read, selected, or copied by its button. */

import { LitElement, css, html, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/button/button.js';
import { sharedStyles } from './shared-styles.ts';
import { copyText } from './copy-text.ts';

const FEEDBACK_MS = 1_600;

export class CopyField extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: block;
      }
      .label {
        margin-bottom: 0.3rem;
        font-size: 0.8125rem;
        font-weight: 600;
      }
      .box {
        position: relative;
        display: flex;
        align-items: start;
        gap: 0.25rem;
        padding: 0.2rem 0.2rem 0.2rem 0.75rem;
        border: 1px solid var(--wa-color-surface-border);
        border-radius: 0.6rem;
        background: var(--wa-color-neutral-fill-quiet);
      }
      pre {
        flex: 1;
        margin: 0;
        padding: 0.5rem 0;
        overflow-x: auto;
        font-family: var(--wa-font-family-code);
        font-size: 0.8125rem;
        line-height: 1.5;
        overflow-wrap: anywhere;
        user-select: all;
        white-space: pre-wrap;
      }
      .copy-source {
        position: absolute;
        inset: 0;
        opacity: 0;
      }
    `,
  ];
  static override properties = { label: {}, value: {}, feedback: { state: true } };
  declare label: string;
  declare value: string;
  declare protected feedback: 'copied' | 'failed' | null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.label = '';
    this.value = '';
    this.feedback = null;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  protected override render(): TemplateResult {
    const icon = this.feedback === 'copied' ? 'check' : this.feedback === 'failed' ? 'warning' : 'copy';
    return html`
      <div class="label" id="label">${this.label}</div>
      <div class="box">
        <pre aria-labelledby="label" data-testid="copy-value">${this.value}</pre>
        <wa-button size="s" appearance="plain" data-testid="copy-button" @click=${this.#onClick}>
          <wa-icon name=${icon} label="Copy ${this.label.toLowerCase()}"></wa-icon>
        </wa-button>
      </div>
      <span class="quiet" role="status"
        >${this.feedback === 'failed' ? 'Copying failed. Select the text and copy it.' : ''}</span
      >
    `;
  }

  readonly #onClick = (event: Event): void => {
    void this.#copy(event.currentTarget as HTMLElement);
  };

  async #copy(button: HTMLElement): Promise<void> {
    this.feedback = (await copyText(this.value, button)) ? 'copied' : 'failed';
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.feedback = null;
    }, FEEDBACK_MS);
  }
}

customElements.define('vigie-copy-field', CopyField);
