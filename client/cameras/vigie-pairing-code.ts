/**
 * `<vigie-pairing-code>`: creates a pairing code for a camera and shows it while it is valid; over plain http, it explains why
 * there is none.
 */

import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import type { PairingCodeView } from '../../server/wire/camera.ts';
import { errorText } from '../http/api-error.ts';
import type { AppContext } from '../app-context.ts';
import { errorCallout } from '../ui/error-callout.ts';
import { sharedStyles } from '../ui/shared-styles.ts';
import '../ui/vigie-copy-field.ts';

export class PairingCode extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: grid;
        gap: 0.4rem;
      }
    `,
  ];
  static override properties = {
    context: { attribute: false },
    cameraId: {},
    pairing: { state: true },
    error: { state: true },
    expired: { state: true },
  };
  declare context: AppContext;
  declare cameraId: string;
  declare protected pairing: PairingCodeView | null;
  declare protected error: string | null;
  declare protected expired: boolean;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.cameraId = '';
    this.pairing = null;
    this.error = null;
    this.expired = false;
  }

  protected override firstUpdated(): void {
    if (location.protocol === 'https:') void this.#make();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  protected override render(): TemplateResult | typeof nothing {
    if (location.protocol !== 'https:') {
      return html`<p class="quiet" data-testid="no-pairing-code">
        Pairing codes need HTTPS for this page and for the camera. Over HTTP, others could read the key.
      </p>`;
    }
    if (this.error) return html`${errorCallout(this.error, 'pairing-error')}`;
    if (!this.pairing) return nothing;
    const { code, expiresAtMs } = this.pairing;
    const { time } = this.context.siteZone;
    const until = time.minute(expiresAtMs) + time.zoneBeside(expiresAtMs);
    return html`
      <vigie-copy-field label="Pairing code" .value=${code} data-testid="pairing-code"></vigie-copy-field>
      <p class="quiet" role="status" data-testid="pairing-validity">
        ${
          this.expired
            ? 'This code has expired. Choose “New pairing code” in the camera’s menu.'
            : `Valid until ${until}, for one use. Enter it on the camera’s setup page instead of the ID and key.`
        }
      </p>
    `;
  }

  async #make(): Promise<void> {
    try {
      this.pairing = await this.context.api.call('POST /api/cameras/:cameraId/pairing-code', {
        params: { cameraId: this.cameraId },
      });
    } catch (error) {
      this.error = errorText(error);
      return;
    }
    const validForMs = Math.max(0, this.pairing.expiresAtMs - this.context.live.clock.nowMs());
    this.#timer = setTimeout(() => {
      this.expired = true;
    }, validForMs);
  }
}

customElements.define('vigie-pairing-code', PairingCode);
