/** Styles of the page of the API. */

import { css } from 'lit';

export const apiPageStyles = css`
  :host {
    display: block;
    max-width: 64rem;
    margin-inline: auto;
  }
  h2 {
    margin: 1.5rem 0 0.6rem;
  }
  .about {
    margin-bottom: 1rem;
    font-size: 0.9375rem;
  }
  details + details {
    border-top: 1px solid var(--wa-color-surface-border);
  }
  details > :not(summary) {
    margin: 0 1.1rem 0.7rem;
    font-size: 0.9375rem;
  }
  summary {
    padding: 0.7rem 1.1rem;
    overflow-wrap: anywhere;
    cursor: pointer;
  }
  summary .quiet {
    display: block;
    font-size: 0.875rem;
  }
  code,
  pre {
    font-size: 0.875rem;
    font-family: var(--wa-font-family-code);
  }
  summary code.get,
  summary code.post,
  summary code.put,
  summary code.patch,
  summary code.delete {
    font-weight: 600;
  }
  summary code.delete {
    color: var(--wa-color-danger-on-quiet);
  }
  pre {
    padding: 0.7rem 0.9rem;
    border-radius: 0.5rem;
    background: var(--wa-color-neutral-fill-quiet);
    overflow-x: auto;
  }
  table {
    border-spacing: 0 0.2rem;
    text-align: start;
  }
  caption {
    font-weight: 600;
    text-align: start;
  }
  td {
    padding-inline-end: 1rem;
    vertical-align: top;
  }
  td:last-child {
    overflow-wrap: anywhere;
  }
`;
