/**
 * `<vigie-clock-alarm>`: tells administrators that the server's clock cannot be right. As it is there for every administrator, it
 * also says the site's time zone while nobody has chosen one.
 */

import type { SiteClockView } from '../../server/wire/site.ts';
import { AdministratorAlarm } from './administrator-alarm.ts';
import { sayTimeZone } from './time-zone.ts';

export class VigieClockAlarm extends AdministratorAlarm {
  protected override listenForChanges(): () => void {
    return this.context.live.signaling.on('siteClock', (clock) => this.#show(clock));
  }

  protected override async load(): Promise<void> {
    const { api } = this.context;
    this.#show(await api.call('GET /api/site/clock'));
    await sayTimeZone(api);
  }

  #show({ problem }: SiteClockView): void {
    this.line = problem && { text: problem.text, variant: 'warning', testId: 'clock-alarm' };
  }
}

customElements.define('vigie-clock-alarm', VigieClockAlarm);
