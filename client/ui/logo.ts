/** The mark of Vigie: the two arms of a V as a lookout's field of view, and the eye between them. */

import { html, type TemplateResult } from 'lit';

export function logo(): TemplateResult {
  return html`<svg viewBox="0 0 32 32" width="32" height="32" aria-hidden="true">
    <path
      d="M4.5 6.500L16 27 27.5 6.5"
      fill="none"
      stroke="currentColor"
      stroke-width="4"
      stroke-linecap="round"
      stroke-linejoin="round"
    />
    <circle cx="16" cy="9" r="4" fill="#f5a524" />
  </svg>`;
}
