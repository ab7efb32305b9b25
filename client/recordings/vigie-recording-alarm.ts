/** `<vigie-recording-alarm>`: tells administrators, on whichever page they are, that recordings stand still, and what to do. */

import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/callout/callout.js';
import type { RecordingStatus } from '../../server/wire/recording.ts';
import type { AppContext } from '../app-context.ts';
import { whenOpen } from '../signaling/when-open.ts';
import { alarmText } from './recording-words.ts';

export class VigieRecordingAlarm extends LitElement {
  static override styles = css`
    wa-callout {
      margin: 1rem max(1.25rem, env(safe-area-inset-right)) 0 max(1.25rem, env(safe-area-inset-left));
    }
  `;
  static override properties = { context: { attribute: false }, status: { state: true } };
  declare context: AppContext;
  declare protected status: RecordingStatus | null;
  #stops: (() => void)[] = [];

  constructor() {
    super();
    this.status = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const { signaling } = this.context.live;
    this.#stops = [
      signaling.on('recordingStatus', (status) => (this.status = status)),
      whenOpen(signaling, () => void this.#load()),
    ];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stops.splice(0)) stop();
  }

  protected override render(): TemplateResult | typeof nothing {
    const text = this.status && alarmText(this.status);
    if (!text) return nothing;
    return html`<wa-callout variant="danger" size="s" role="alert" data-testid="recording-alarm"
      >${text}</wa-callout
    >`;
  }

  async #load(): Promise<void> {
    try {
      this.status = await this.context.api.call('GET /api/recording');
    } catch {
      // Whatever keeps the server from answering is told elsewhere.
    }
  }
}

customElements.define('vigie-recording-alarm', VigieRecordingAlarm);
