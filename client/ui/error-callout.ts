/** An error in words, where it happened. */

import { html, nothing, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/callout/callout.js';

/** @param error null: nothing is shown @param retry offered as a button */
export function errorCallout(
  error: string | null | undefined,
  testId: string,
  retry?: () => void,
): TemplateResult | typeof nothing {
  if (!error) return nothing;
  return html`<wa-callout variant="danger" size="s" role="alert" data-testid=${testId}>
    <wa-icon slot="icon" name="warning"></wa-icon>${error}
    ${
      retry
        ? html`<wa-button size="s" appearance="outlined" data-testid="retry" @click=${retry}
            >Try again</wa-button
          >`
        : nothing
    }
  </wa-callout>`;
}
