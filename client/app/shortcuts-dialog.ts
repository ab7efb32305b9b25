/** The keyboard shortcuts, all of them, by page. */

import { LitElement, css, html, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/dialog/dialog.js';
import { sharedStyles } from '../ui/shared-styles.ts';

const GROUPS: readonly (readonly [where: string, keys: readonly (readonly [key: string, does: string])[]])[] =
  [
    ['Everywhere', [['?', 'Show these shortcuts']]],
    [
      'All cameras',
      [
        ['1 – 9', 'Open the first to ninth camera'],
        ['← ↑ → ↓', 'Move between the pictures'],
        ['/', 'Search'],
        ['F', 'Full screen'],
      ],
    ],
    [
      'One camera',
      [
        ['← →', 'Previous and next camera'],
        ['+ − 0', 'Enlarge, reduce, whole picture'],
        ['S', 'Save a snapshot'],
        ['R', 'Start and stop a recording on this device'],
        ['M', 'Show or hide what analysers have marked'],
        ['F', 'Full screen'],
      ],
    ],
    [
      'Recordings',
      [
        ['Space', 'Play and pause'],
        ['← →', 'Ten seconds back and on'],
      ],
    ],
  ];

export class ShortcutsDialog extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      wa-dialog {
        --width: min(32rem, calc(100vw - 2rem));
      }
      h2 {
        margin-block: 1rem 0.4rem;
      }
      dl {
        display: grid;
        grid-template-columns: 6rem 1fr;
        gap: 0.35rem 1rem;
        margin: 0;
      }
      dd {
        margin: 0;
      }
      kbd {
        padding: 0.05rem 0.4rem;
        border: 1px solid var(--wa-color-surface-border);
        border-radius: 0.35rem;
        font: inherit;
        font-size: 0.875rem;
        white-space: nowrap;
      }
    `,
  ];
  static override properties = { open: { state: true } };
  declare protected open: boolean;

  constructor() {
    super();
    this.open = false;
  }

  show(): void {
    this.open = true;
  }

  protected override render(): TemplateResult {
    return html`<wa-dialog
      label="Keyboard shortcuts"
      ?open=${this.open}
      data-testid="shortcuts-dialog"
      @wa-after-hide=${() => (this.open = false)}
    >
      ${GROUPS.map(
        ([where, keys]) =>
          html`<h2>${where}</h2>
            <dl>
              ${keys.map(
                ([key, does]) =>
                  html`<dt><kbd>${key}</kbd></dt>
                    <dd>${does}</dd>`,
              )}
            </dl>`,
      )}
    </wa-dialog>`;
  }
}

customElements.define('vigie-shortcuts-dialog', ShortcutsDialog);
