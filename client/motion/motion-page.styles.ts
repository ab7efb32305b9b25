/** Styles of the page on which motion is set up: the picture beside the settings, above them on a phone. */

import { css } from 'lit';

export const motionPageStyles = css`
  :host {
    display: block;
    max-width: 84rem;
    margin-inline: auto;
  }
  .content {
    display: grid;
    grid-template-columns: minmax(0, 5fr) minmax(0, 3fr);
    gap: 1.5rem;
    align-items: start;
  }
  .settings {
    display: grid;
    gap: 1.1rem;
  }
  label {
    display: block;
    font-size: 0.9375rem;
  }
  .label {
    display: flex;
    justify-content: space-between;
    gap: 1rem;
  }
  .value {
    color: var(--wa-color-text-quiet);
    font-variant-numeric: tabular-nums;
  }
  .hint {
    color: var(--wa-color-text-quiet);
    font-size: 0.875rem;
  }
  @media (max-width: 800px) {
    .content {
      grid-template-columns: minmax(0, 1fr);
    }
    vigie-motion-picture {
      position: sticky;
      z-index: 1;
      top: 3.5rem;
      padding-bottom: 0.4rem;
      background: var(--vigie-page);
    }
  }
`;
