/**
 * `<vigie-connection-banner>`: a small banner while the server is unreachable, or its WebSocket is blocked. A short gap is not
 * shown.
 */

import { LitElement, css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { AppContext } from '../app-context.ts';
import { routePath } from '../routing/routes.ts';
import { listen } from '../ui/listen.ts';

/** Shorter gaps end before anybody could read the banner. */
const SHOW_AFTER_MS = 1_200;

export class ConnectionBanner extends LitElement {
  static override styles = css`
    :host {
      position: fixed;
      z-index: 10;
      inset: auto 0 max(1rem, env(safe-area-inset-bottom));
      display: grid;
      pointer-events: none;
      place-items: center;
    }
    /* Above the bar. */
    @media (max-width: 600px) {
      :host {
        bottom: calc(4.25rem + env(safe-area-inset-bottom));
      }
    }
    [hidden] {
      display: none !important;
    }
    div {
      display: flex;
      align-items: center;
      gap: 0.6rem;
      padding: 0.5rem 1rem;
      border-radius: 999px;
      background: #1d2a32;
      box-shadow: 0 4px 18px rgb(0 0 0 / 0.28);
      color: #f1f5f9;
      font-size: 0.9rem;
    }
    a {
      color: #7dd3fc;
      pointer-events: auto;
    }
    span {
      width: 0.55rem;
      height: 0.55rem;
      border-radius: 50%;
      background: #fbbf24;
      animation: pulse 1.4s ease-in-out infinite;
    }
    @keyframes pulse {
      50% {
        opacity: 0.3;
      }
    }
    @media (prefers-reduced-motion: reduce) {
      span {
        animation: none;
      }
    }
  `;
  static override properties = { live: { attribute: false }, shown: { state: true } };
  declare live: AppContext['live'];
  declare protected shown: boolean;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.shown = false;
    listen(this, (update) => this.live.signaling.on('state', update));
    listen(this, (update) => this.live.upgrades.on('change', update));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  protected override willUpdate(_changed: PropertyValues<this>): void {
    const { state } = this.live.signaling;
    if (state === 'open' || state === 'stopped') {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.shown = false;
    } else {
      this.#timer ??= setTimeout(() => {
        this.shown = true;
      }, SHOW_AFTER_MS);
    }
  }

  protected override render(): TemplateResult {
    return html`<div role="status" ?hidden=${!this.shown} data-testid="reconnecting">
      ${this.shown ? html`<span aria-hidden="true"></span>${this.#text()}` : nothing}
    </div>`;
  }

  #text(): TemplateResult | string {
    if (!this.live.upgrades.blocked) return 'Reconnecting…';
    return html`Live video cannot connect: WebSocket does not get through to the server.
      <a href=${routePath({ page: 'connection' })} data-testid="check-connection">Connection check</a>`;
  }
}

customElements.define('vigie-connection-banner', ConnectionBanner);
