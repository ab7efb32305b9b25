/**
 * A line that tells administrators, on whichever page they are, that something is wrong and what to do: asked for when the
 * connection comes up, and told by a notification from then on.
 */

import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/callout/callout.js';
import type { AppContext } from '../app-context.ts';

export interface AlarmLine {
  text: string;
  variant: 'warning' | 'danger';
  testId: string;
}

export abstract class AdministratorAlarm extends LitElement {
  static override styles = css`
    wa-callout {
      margin: 1rem max(1.25rem, env(safe-area-inset-right)) 0 max(1.25rem, env(safe-area-inset-left));
    }
  `;
  static override properties = { context: { attribute: false }, line: { state: true } };
  declare context: AppContext;
  /** Null when all is well. */
  declare protected line: AlarmLine | null;
  #stops: (() => void)[] = [];

  constructor() {
    super();
    this.line = null;
  }

  /** @returns what ends it */
  protected abstract listenForChanges(): () => void;
  /** May fail: whatever keeps the server from answering is told elsewhere. */
  protected abstract load(): Promise<void>;

  override connectedCallback(): void {
    super.connectedCallback();
    const { signaling } = this.context.live;
    const ask = (): void => {
      if (signaling.state === 'open') this.load().catch(() => undefined);
    };
    // It may have changed while the connection was down.
    this.#stops = [this.listenForChanges(), signaling.on('state', ask)];
    ask();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stops.splice(0)) stop();
  }

  protected override render(): TemplateResult | typeof nothing {
    if (!this.line) return nothing;
    const { text, variant, testId } = this.line;
    return html`<wa-callout variant=${variant} size="s" role="alert" data-testid=${testId}
      >${text}</wa-callout
    >`;
  }
}
