/**
 * `<vigie-camera-advice>`: advice about a camera with a problem, in full; or with `badge`, only that there is advice.
 */

import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/callout/callout.js';
import type { CameraAdvice } from '../../server/wire/camera.ts';
import type { ShownTime } from '../dates/shown-time.ts';
import { sharedStyles } from '../ui/shared-styles.ts';

const VARIANTS = { error: 'danger', warning: 'warning', info: 'neutral' } as const;

export class CameraAdviceList extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: grid;
        gap: 0.6rem;
      }
      :host([badge]) {
        display: block;
      }
      .badge {
        display: grid;
        width: 2rem;
        height: 2rem;
        border-radius: 50%;
        background: rgb(4 10 14 / 0.6);
        place-items: center;
      }
      .error {
        color: #fca5a5;
      }
      .warning {
        color: #fcd34d;
      }
      .info {
        color: #e2e8f0;
      }
    `,
  ];
  static override properties = {
    advice: { attribute: false },
    time: { attribute: false },
    nowMs: { attribute: false },
    badge: { type: Boolean, reflect: true },
  };
  declare advice: readonly CameraAdvice[];
  /** Shows since when. */
  declare time: ShownTime | null;
  declare nowMs: number;
  declare badge: boolean;

  constructor() {
    super();
    this.advice = [];
    this.time = null;
    this.nowMs = 0;
    this.badge = false;
  }

  protected override render(): TemplateResult | typeof nothing {
    const [worst] = this.advice;
    if (!worst) return nothing;
    if (this.badge) {
      const label = this.advice.length === 1 ? '1 recommendation' : `${this.advice.length} recommendations`;
      return html`<span class="badge ${worst.severity}" title=${worst.text} data-testid="advice-badge">
        <wa-icon name=${iconOf(worst)} label="${label} for this camera"></wa-icon>
      </span>`;
    }
    return html`${this.advice.map(
      (advice) =>
        html`<wa-callout
          variant=${VARIANTS[advice.severity]}
          size="s"
          data-testid="advice"
          data-code=${advice.code}
          ><wa-icon slot="icon" name=${iconOf(advice)}></wa-icon
          >${this.#since(advice)}${advice.text}</wa-callout
        >`,
    )}`;
  }

  #since({ sinceMs }: CameraAdvice): string {
    return sinceMs === undefined || !this.time ? '' : ` Since ${this.time.minuteOrDay(sinceMs, this.nowMs)}.`;
  }
}

function iconOf({ severity }: CameraAdvice): string {
  return severity === 'info' ? 'info' : 'warning';
}

customElements.define('vigie-camera-advice', CameraAdviceList);
