/** Styles of a camera's set-up: one card for each part. */

import { css } from 'lit';

export const setupPageStyles = css`
  :host {
    display: block;
    max-width: 60rem;
    margin-inline: auto;
  }
  .parts {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 24rem), 1fr));
    gap: 0.75rem;
  }
  section {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 0.6rem 1rem;
    padding: 0.9rem 1.1rem;
  }
  section > div:first-child {
    flex: 1 1 12rem;
    min-width: 0;
    overflow-wrap: anywhere;
  }
  h2 {
    font-size: 1rem;
  }
  p {
    font-size: 0.875rem;
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
  }
`;
