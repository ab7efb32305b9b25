/** Styles of all pages: headings, links, cards and the focus ring. */

import { css } from 'lit';

export const sharedStyles = css`
  :host {
    box-sizing: border-box;
    color: var(--wa-color-text-normal);
  }
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  [hidden] {
    display: none !important;
  }
  h1,
  h2,
  p {
    margin: 0;
  }
  h1 {
    font-size: 1.5rem;
    font-weight: var(--wa-font-weight-heading);
    letter-spacing: -0.01em;
    line-height: 1.25;
  }
  h1:focus {
    outline: none;
  }
  h2 {
    font-size: 1.0625rem;
    font-weight: var(--wa-font-weight-heading);
  }
  a {
    color: var(--wa-color-text-link);
  }
  .quiet {
    color: var(--wa-color-text-quiet);
  }
  wa-button > wa-icon[label] {
    font-size: 1.2rem;
  }
  .card {
    border: 1px solid var(--wa-color-surface-border);
    border-radius: 1rem;
    background: var(--wa-color-surface-default);
  }
  :focus-visible {
    outline: 2px solid var(--wa-color-focus);
    outline-offset: 2px;
  }
`;
