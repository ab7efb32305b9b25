/** Sliders. Chromium draws the track of a slider in light colours where its accent is too dark for a dark page. */

import { css } from 'lit';

export const rangeInputStyles = css`
  input[type='range'] {
    width: 100%;
    height: 1.6rem;
    margin: 0;
    accent-color: var(--wa-color-brand-50);
    cursor: pointer;
  }
  :host-context(.wa-dark) input[type='range'] {
    accent-color: var(--wa-color-brand-70);
  }
  input[type='range']:disabled {
    cursor: not-allowed;
  }
`;
