/** Several choices of one form field, one checkbox each. */

import { css, html, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/checkbox/checkbox.js';

export interface CheckboxOption {
  value: string;
  label: string;
  checked: boolean;
}

export const fieldsetStyles = css`
  fieldset {
    display: grid;
    gap: 0.5rem;
    min-width: 0;
    margin: 0;
    padding: 0;
    border: 0;
  }
  legend {
    padding: 0 0 0.5rem;
    font-weight: 600;
  }
  fieldset.long {
    max-height: 14rem;
    overflow-y: auto;
  }
`;

/** @param testId also tells the boxes apart: `data-value` is the option's */
export function checkboxList(
  name: string,
  testId: string,
  options: readonly CheckboxOption[],
): TemplateResult[] {
  return options.map(
    ({ value, label, checked }) =>
      html`<wa-checkbox
        name=${name}
        value=${value}
        ?checked=${checked}
        data-testid=${testId}
        data-value=${value}
        >${label}</wa-checkbox
      >`,
  );
}
