/** Styles of the page of webhooks. */

import { css } from 'lit';

export const webhooksPageStyles = css`
  :host {
    display: grid;
    gap: 1rem;
    max-width: 52rem;
    margin-inline: auto;
  }
  .page-header {
    margin-bottom: 0;
  }
  .card {
    padding: 0.9rem 0.7rem 0.6rem 1.1rem;
  }
  .head {
    display: flex;
    align-items: start;
    gap: 0.5rem;
  }
  .what {
    flex: 1;
    min-width: 0;
    overflow-wrap: anywhere;
  }
  .what p {
    font-size: 0.9rem;
  }
  [aria-expanded] {
    margin-top: 0.3rem;
  }
  .url {
    font-family: var(--wa-font-family-code);
  }
  .failing {
    color: var(--wa-color-danger-on-quiet);
  }
  ol {
    margin: 0;
    padding: 0 0.4rem 0.4rem 0;
    list-style: none;
  }
  li {
    display: flex;
    align-items: center;
    gap: 0.5rem;
    padding: 0.45rem 0 0.45rem 0.8rem;
    border-left: 3px solid var(--wa-color-warning-border-loud);
  }
  li + li {
    margin-top: 0.3rem;
  }
  li.delivered {
    border-color: #22c55e;
  }
  li.failed {
    border-color: var(--wa-color-danger-border-loud);
  }
  .answer {
    font-family: var(--wa-font-family-code);
  }
  .none {
    padding: 1.1rem;
  }
`;
