/** The statistics panel over a picture: frame rate, bitrate, losses, and the parts of its latency. */

import { LitElement, html, nothing, svg, type TemplateResult } from 'lit';
import { BUDGET_PARTS, type BudgetPart, type TimeBudget } from './time-budget.ts';
import { bitrateText } from './bitrate-text.ts';
import type { CameraStats } from './camera-stats.ts';
import { OBSTACLE_NAMES, PATH_NAMES, type MediaPath } from './media-path.ts';
import type { SentFigures } from './figures-directory.ts';
import { cameraStatsStyles } from './vigie-camera-stats.styles.ts';

const PART_NAMES: Record<BudgetPart, string> = {
  camera: 'Camera → server',
  server: 'Server',
  network: 'Network',
  decode: 'Buffer and decoding',
  display: 'Display',
};

const RUNG_NAMES = { full: 'full size', large: 'large', small: 'small', tiny: 'tiny' } as const;
const LIMIT_NAMES = { line: 'connection', size: 'size shown', quality: 'data saver' } as const;

export class VigieCameraStats extends LitElement {
  static override styles = cameraStatsStyles;
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
        ${row('Bitrate', bitrateText(stats.bitrateBps), 'stats-bitrate')}
        ${row('Resolution', `${stats.width} × ${stats.height}`, 'stats-resolution')}
        ${
          stats.source === 'video'
            ? html`${row('Packets lost', String(stats.packetsLost), 'stats-lost')}
              ${row('Retransmitted', String(stats.packetsRetransmitted), 'stats-retransmitted')}
              ${stats.path ? pathRows(stats.path, stats.sent) : nothing}
              ${stats.sent ? sentRows(stats.sent) : nothing}`
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

function pathRows(path: MediaPath, sent: SentFigures | null): TemplateResult {
  const obstacle = path === 'relay' ? sent?.line.obstacle : null;
  return html`${row('Path', PATH_NAMES[path], 'stats-path')}
  ${obstacle ? row('Relayed because', OBSTACLE_NAMES[obstacle], 'stats-obstacle') : nothing}`;
}

function sentRows({ line, consumer }: SentFigures): TemplateResult {
  const { estimateBps, queueMs } = line;
  const { rung, layers, limitedBy, repairPacketsSent } = consumer;
  return html`
    ${repairPacketsSent > 0 ? row('Repair packets', String(repairPacketsSent), 'stats-repairs') : nothing}
    ${estimateBps === null ? nothing : row('Connection carries', bitrateText(estimateBps), 'stats-estimate')}
    ${queueMs === null ? nothing : row('Queue', ms(queueMs), 'stats-queue')}
    ${
      rung === null || layers === null
        ? nothing
        : row('Sent', `${RUNG_NAMES[rung]}, ${layers} of 3 layers`, 'stats-rung')
    }
    ${limitedBy === null ? nothing : row('Limited by', LIMIT_NAMES[limitedBy], 'stats-limit')}
  `;
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

customElements.define('vigie-camera-stats', VigieCameraStats);
