/** `<vigie-connection-banner>`: a quiet line while the server is away. A short gap goes unmentioned. */

import { LitElement, css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { SignalingClient } from '../signaling/signaling-client.ts';
import { listen } from '../ui/listen.ts';

/** Shorter gaps are over before one could read about them. */
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
  static override properties = { signaling: { attribute: false }, shown: { state: true } };
  declare signaling: SignalingClient;
  declare protected shown: boolean;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.shown = false;
    listen(this, (update) => this.signaling.on('state', update));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  protected override willUpdate(_changed: PropertyValues<this>): void {
    if (this.signaling.state === 'open' || this.signaling.state === 'stopped') {
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
      ${this.shown ? html`<span aria-hidden="true"></span>Reconnecting…` : nothing}
    </div>`;
  }
}

customElements.define('vigie-connection-banner', ConnectionBanner);
