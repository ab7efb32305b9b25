/** `<vigie-recording-alarm>`: shows administrators on every page that recording has stopped, and what to do. */

import { LitElement, type TemplateResult, type nothing } from 'lit';
import type { AppContext } from '../app-context.ts';
import { SyncedView } from '../signaling/synced-view.ts';
import { alarmCallout, alarmStyles } from '../ui/alarm-callout.ts';
import { alarmText } from './recording-words.ts';

export class VigieRecordingAlarm extends LitElement {
  static override styles = alarmStyles;
  static override properties = { context: { attribute: false } };
  declare context: AppContext;
  readonly #status = new SyncedView(this, 'recordingStatus', {
    signaling: () => this.context.live.signaling,
    ask: () => this.context.api.call('GET /api/recording'),
  });

  protected override render(): TemplateResult | typeof nothing {
    const { view } = this.#status;
    return alarmCallout({ variant: 'danger', testId: 'recording-alarm', text: view && alarmText(view) });
  }
}

customElements.define('vigie-recording-alarm', VigieRecordingAlarm);
