/** `<vigie-recording-alarm>`: tells administrators, on whichever page they are, that recordings stand still, and what to do. */

import type { RecordingStatus } from '../../server/wire/recording.ts';
import { AdministratorAlarm } from '../site/administrator-alarm.ts';
import { alarmText } from './recording-words.ts';

export class VigieRecordingAlarm extends AdministratorAlarm {
  protected override listenForChanges(): () => void {
    return this.context.live.signaling.on('recordingStatus', (status) => this.#show(status));
  }

  protected override async load(): Promise<void> {
    this.#show(await this.context.api.call('GET /api/recording'));
  }

  #show(status: RecordingStatus): void {
    const text = alarmText(status);
    this.line = text ? { text, variant: 'danger', testId: 'recording-alarm' } : null;
  }
}

customElements.define('vigie-recording-alarm', VigieRecordingAlarm);
