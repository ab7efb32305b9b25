/** Styles of the page of firmware: two lists under one another, as wide as is good to read. */

import { css } from 'lit';

export const firmwarePageStyles = css`
  :host {
    display: block;
    max-width: 52rem;
    margin-inline: auto;
  }
  wa-callout {
    margin-bottom: 1rem;
  }
  h2 {
    margin: 2rem 0 0.75rem;
  }
  ul {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  vigie-firmware-upload {
    margin-bottom: 1rem;
  }
  li + li {
    border-top: 1px solid var(--wa-color-surface-border);
  }
  .image {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 0.75rem;
    padding: 0.8rem 0.6rem 0.8rem 1.1rem;
  }
  .image div {
    min-width: 0;
    overflow-wrap: anywhere;
  }
  .image strong {
    font-weight: 600;
  }
  .image p {
    font-size: 0.875rem;
  }
`;
