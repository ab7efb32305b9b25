/** The list of the losses of an action, the same in every dialog. */

import { html, type TemplateResult } from 'lit';

/** Each a phrase that names one loss: “5.3 GB of recordings, 12 of them protected”. Never empty. */
export type Losses = readonly [string, ...string[]];

export function lossList(losses: Losses): TemplateResult {
  return html`<div data-testid="losses">
    <p>This is lost:</p>
    <ul>
      ${losses.map((loss) => html`<li>${loss}</li>`)}
    </ul>
  </div>`;
}
