/** The alarms that administrators see on every page, below the header. */

import { css, html, nothing, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/callout/callout.js';

export const alarmStyles = css`
  wa-callout {
    margin: 1rem max(1.25rem, env(safe-area-inset-right)) 0 max(1.25rem, env(safe-area-inset-left));
  }
`;

export interface Alarm {
  variant: 'danger' | 'warning';
  testId: string;
  text: string | readonly TemplateResult[] | null | undefined;
}

/** @returns nothing without a text */
export function alarmCallout({ variant, testId, text }: Alarm): TemplateResult | typeof nothing {
  if (!text) return nothing;
  return html`<wa-callout variant=${variant} size="s" role="alert" data-testid=${testId}
    >${text}</wa-callout
  >`;
}
