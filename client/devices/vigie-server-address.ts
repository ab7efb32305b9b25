/**
 * `<vigie-server-address>`: finds the address of this server for a device outside this page, and offers a choice where there
 * are several. Fires `vigie-server-address` with the one in effect, also at first.
 */

import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/callout/callout.js';
import '@awesome.me/webawesome/dist/components/option/option.js';
import '@awesome.me/webawesome/dist/components/select/select.js';
import type { AppContext } from '../app-context.ts';
import { BASE_PATH } from '../http/base-path.ts';
import { valueOf } from '../ui/field-value.ts';
import { sharedStyles } from '../ui/shared-styles.ts';
import { isLoopbackOrigin, originsForDevices } from './device-origins.ts';

export interface ServerAddress {
  origin: string;
  /** As in ServerAddresses. */
  authorityFile: string | null;
}

export class ServerAddressChoice extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: block;
      }
      :host([hidden]) {
        display: none;
      }
    `,
  ];
  static override properties = {
    context: { attribute: false },
    device: {},
    origins: { state: true },
    chosen: { state: true },
  };
  declare context: AppContext;
  /** The kind of device that connects, for the words around the choice: “camera”, “sensor”. */
  declare device: string;
  declare protected origins: readonly string[];
  declare protected chosen: string | null;
  #authorityFile: string | null = null;

  constructor() {
    super();
    this.device = 'camera';
    this.origins = [];
    this.chosen = null;
  }

  protected override firstUpdated(): void {
    void this.#load();
  }

  /** Takes no room if there is nothing to show or to choose. */
  protected override willUpdate(): void {
    this.hidden = this.chosen === null || (!isLoopbackOrigin(this.chosen) && this.origins.length < 2);
  }

  protected override render(): TemplateResult | typeof nothing {
    if (this.chosen === null || this.hidden) return nothing;
    if (isLoopbackOrigin(this.chosen)) return this.#unreachable();
    return html`<wa-select
      label="Server address"
      hint="Select the address in the same network as the ${this.device}."
      value=${this.chosen}
      data-testid="server-address"
      @change=${(event: Event) => this.#choose(valueOf(event))}
    >
      ${this.origins.map((origin) => html`<wa-option value=${origin}>${origin}</wa-option>`)}
    </wa-select>`;
  }

  #unreachable(): TemplateResult {
    return html`<wa-callout variant="warning" size="s" data-testid="server-unreachable">
      <wa-icon slot="icon" name="warning"></wa-icon>
      This address works only on the server itself. Replace it with an address that the ${this.device} can
      reach. If the server should listen on other addresses, check VIGIE_HTTP_HOST.
    </wa-callout>`;
  }

  async #load(): Promise<void> {
    // If the server does not answer, the address of this page is used.
    const served = await this.context.api.call('GET /api/connection/addresses').catch(() => null);
    this.#authorityFile = served?.authorityFile ?? null;
    const page = location.origin + BASE_PATH;
    this.origins = originsForDevices(page, served?.origins ?? []);
    this.#choose(this.origins[0] ?? page);
  }

  #choose(origin: string): void {
    this.chosen = origin;
    const detail: ServerAddress = { origin, authorityFile: this.#authorityFile };
    this.dispatchEvent(new CustomEvent<ServerAddress>('vigie-server-address', { detail }));
  }
}

customElements.define('vigie-server-address', ServerAddressChoice);
