/** About Vigie: its version, and its licences and those of its packages. */

import { LitElement, css, html, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/dialog/dialog.js';
import { BASE_PATH } from '../http/base-path.ts';
import { routePath } from '../routing/routes.ts';
import { version } from '../../package.json';
import { sharedStyles } from '../ui/shared-styles.ts';

export class AboutDialog extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      wa-dialog {
        --width: min(32rem, calc(100vw - 2rem));
      }
      p + p {
        margin-top: 0.8rem;
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
    // The list is written by the build of the app, see client/build/licence-file.ts.
    return html`<wa-dialog
      label="About Vigie"
      ?open=${this.open}
      data-testid="about-dialog"
      @wa-after-hide=${() => (this.open = false)}
    >
      <p>Version ${version}</p>
      <p>
        Vigie is licensed under the MIT licence. The bundled FFmpeg contains x264, x265 and fdk-aac. Their
        licences allow you to run this installation, but not to redistribute it.
      </p>
      <p>
        <a href="${BASE_PATH}/licences.txt" target="_blank" data-testid="third-party-licences"
          >All licences</a
        >
      </p>
      <p>
        <a href=${routePath({ page: 'api' })} @click=${() => (this.open = false)} data-testid="api-reference"
          >HTTP API for your own programs</a
        >
      </p>
    </wa-dialog>`;
  }
}

customElements.define('vigie-about-dialog', AboutDialog);
