/**
 * `<vigie-connection-banner>`: a small banner while the server is unreachable, or its WebSocket is blocked. A short gap is not
 * shown.
 */

import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import type { AppContext } from '../app-context.ts';
import { routePath } from '../routing/routes.ts';
import { listen } from '../ui/listen.ts';
import { shortDuration } from '../ui/relative-time.ts';

/** Longer than a restart of the server takes. */
const COUNT_AFTER_MS = 10_000;
const TICK_MS = 1_000;

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
    p {
      margin: 0;
    }
    p + p {
      margin-inline-start: -0.3rem;
      font-variant-numeric: tabular-nums;
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
  static override properties = { live: { attribute: false } };
  declare live: AppContext['live'];
  #ticks: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    listen(this, (update) => this.live.away.on('change', update));
    listen(this, (update) => this.live.upgrades.on('change', update));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#ticks = setInterval(() => this.live.away.isAway && this.requestUpdate(), TICK_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#ticks);
  }

  protected override render(): TemplateResult {
    const { isAway } = this.live.away;
    return html`<div ?hidden=${!isAway} data-testid="reconnecting">
      ${isAway ? html`<span aria-hidden="true"></span>${this.#text()}` : nothing}
    </div>`;
  }

  #text(): TemplateResult {
    if (this.live.upgrades.blocked)
      return html`<p role="status">
          Live video cannot connect: WebSocket is blocked on the way to the server.
        </p>
        <a href=${routePath({ page: 'connection' })} data-testid="check-connection">Connection check</a>`;
    const { forMs } = this.live.away;
    // A screen reader says it once, without the seconds.
    if (forMs < COUNT_AFTER_MS) return html`<p role="status">Reconnecting…</p>`;
    return html`<p role="status">Server away</p>
      <p>for ${shortDuration(forMs)}</p>`;
  }
}

customElements.define('vigie-connection-banner', ConnectionBanner);
