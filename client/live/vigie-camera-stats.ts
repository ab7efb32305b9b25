/** The panel over a picture that tells how it gets here: frame rate, bits, losses, and its age part by part. */

import { LitElement, css, html, nothing, svg, type TemplateResult } from 'lit';
import { BUDGET_PARTS, type BudgetPart, type TimeBudget } from './time-budget.ts';
import type { CameraStats } from './camera-stats.ts';

const PART_NAMES: Record<BudgetPart, string> = {
  camera: 'Camera → server',
  server: 'Server',
  network: 'Network',
  decode: 'Buffer and decoding',
  display: 'Display',
};

export class VigieCameraStats extends LitElement {
  static override styles = css`
    :host {
      display: block;
      box-sizing: border-box;
      width: 17rem;
      padding: 0.6rem 0.75rem;
      border-radius: 0.6rem;
      background: rgb(6 14 19 / 0.78);
      color: #e2e8f0;
      backdrop-filter: blur(6px);
      font-size: 0.75rem;
      font-variant-numeric: tabular-nums;
      pointer-events: none;
    }
    dl {
      display: grid;
      grid-template-columns: 1fr auto;
      gap: 0.15rem 0.75rem;
      margin: 0;
    }
    dt {
      color: #a9b7c4;
    }
    dd {
      margin: 0;
      text-align: end;
    }
    .headline {
      margin-bottom: 0.45rem;
      font-size: 1.05rem;
      font-weight: 600;
    }
    .headline small {
      color: #a9b7c4;
      font-size: 0.75rem;
      font-weight: 400;
    }
    svg {
      display: block;
      width: 100%;
      height: 6px;
      margin: 0.55rem 0 0.4rem;
      border-radius: 3px;
    }
    .camera {
      fill: #f5b942;
      background: #f5b942;
    }
    .server {
      fill: #5eb3d6;
      background: #5eb3d6;
    }
    .network {
      fill: #9d8df1;
      background: #9d8df1;
    }
    .decode {
      fill: #57c99a;
      background: #57c99a;
    }
    .display {
      fill: #e58aa8;
      background: #e58aa8;
    }
    i {
      display: inline-block;
      width: 0.5rem;
      height: 0.5rem;
      margin-inline-end: 0.4rem;
      border-radius: 2px;
    }
    @container (max-width: 420px) {
      .more {
        display: none;
      }
    }
  `;
  static override properties = { stats: { attribute: false } };
  declare stats: CameraStats | null;

  constructor() {
    super();
    this.stats = null;
  }

  protected override render(): TemplateResult {
    const { stats } = this;
    if (!stats) return html`<span>Measuring…</span>`;
    const { latencyMs: latency } = stats;
    return html`
      <div class="headline" data-testid="stats-latency">
        ${latency ? html`${ms(latency.p50)} <small>glass to glass, p95 ${ms(latency.p95)}</small>` : '–'}
      </div>
      <dl>
        ${row('Frames', `${stats.fps.toFixed(1)} fps`, 'stats-fps')}
        ${row('Bitrate', bitrate(stats.bitrateBps), 'stats-bitrate')}
        ${row('Resolution', `${stats.width} × ${stats.height}`, 'stats-resolution')}
        ${
          stats.way === 'video'
            ? html`${row('Packets lost', String(stats.packetsLost), 'stats-lost')}
              ${row('Packets retransmitted', String(stats.packetsRetransmitted), 'stats-retransmitted')}`
            : row('Frames dropped', String(stats.framesDropped), 'stats-dropped')
        }
      </dl>
      ${stats.budgetMs ? html`<div class="more">${budgetBar(stats.budgetMs)}</div>` : nothing}
    `;
  }
}

function row(name: string, value: string, testId: string): TemplateResult {
  return html`<dt>${name}</dt>
    <dd data-testid=${testId}>${value}</dd>`;
}

function budgetBar(budget: TimeBudget): TemplateResult {
  // Clocks are compared to within half a round trip, so a tiny part may come out below nothing.
  const width = (part: BudgetPart): number => Math.max(0, budget[part]);
  const total = BUDGET_PARTS.reduce((sum, part) => sum + width(part), 0) || 1;
  let x = 0;
  const bars = BUDGET_PARTS.map((part) => {
    const start = x;
    x += (width(part) / total) * 100;
    return { part, start, end: x };
  });
  return html`
    <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
      ${bars.map(({ part, start, end }) => svg`<rect class=${part} x=${start} width=${end - start} height="6"></rect>`)}
    </svg>
    <dl data-testid="stats-budget">
      ${BUDGET_PARTS.map(
        (part) =>
          html`<dt><i class=${part}></i>${PART_NAMES[part]}</dt>
            <dd>${ms(budget[part])}</dd>`,
      )}
    </dl>
  `;
}

function ms(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}

function bitrate(bps: number): string {
  return bps >= 1_000_000 ? `${(bps / 1_000_000).toFixed(2)} Mbit/s` : `${Math.round(bps / 1000)} kbit/s`;
}

customElements.define('vigie-camera-stats', VigieCameraStats);
