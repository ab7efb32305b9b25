/** Styles of the connection check: the verdict in a card, the findings in a list below. */

import { css } from 'lit';

export const connectionPageStyles = css`
  :host {
    display: grid;
    gap: 1rem;
    max-width: 46rem;
    margin-inline: auto;
  }
  .page-header {
    margin-bottom: 0;
  }
  .verdict,
  li {
    display: grid;
    grid-template-columns: auto 1fr;
    gap: 0.15rem 0.8rem;
    padding: 0.9rem 1.1rem;
  }
  .verdict {
    margin-bottom: 1rem;
  }
  .verdict h2 {
    font-size: 1.2rem;
  }
  ul {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  li + li {
    border-top: 1px solid var(--wa-color-surface-border);
  }
  li h2 {
    overflow-wrap: anywhere;
  }
  .words {
    display: grid;
    gap: 0.2rem;
    min-width: 0;
  }
  .fix {
    padding-inline-start: 0.7rem;
    border-inline-start: 3px solid var(--wa-color-brand-border-normal);
    overflow-wrap: anywhere;
  }
  .mark {
    margin-top: 0.15rem;
    font-size: 1.15rem;
  }
  .good {
    color: var(--wa-color-success-on-quiet);
  }
  .warning {
    color: var(--wa-color-warning-on-quiet);
  }
  .bad {
    color: var(--wa-color-danger-on-quiet);
  }
  .info {
    color: var(--wa-color-text-quiet);
  }
  .busy {
    display: flex;
    align-items: center;
    gap: 0.8rem;
    padding: 1.4rem 1.1rem;
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: 0.6rem;
  }
  .copy-source {
    position: fixed;
    opacity: 0;
  }
`;
