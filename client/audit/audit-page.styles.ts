/** Styles of the page of the audit log. */

import { css } from 'lit';

export const auditPageStyles = css`
  :host {
    display: block;
    max-width: 64rem;
    margin-inline: auto;
  }
  h2 {
    margin: 1.5rem 0 0.6rem;
  }
  ol {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  li {
    display: grid;
    grid-template-columns: 11rem minmax(0, 1fr) minmax(0, 15rem);
    gap: 0.2rem 1rem;
    padding: 0.7rem 1.1rem;
    overflow-wrap: anywhere;
  }
  li + li {
    border-top: 1px solid var(--wa-color-surface-border);
  }
  li time {
    font-variant-numeric: tabular-nums;
  }
  li p,
  li time {
    font-size: 0.9375rem;
  }
  li .quiet {
    font-size: 0.875rem;
  }
  strong {
    font-weight: 600;
  }
  .attention strong {
    color: var(--wa-color-danger-on-quiet);
  }
  .more {
    display: flex;
    justify-content: center;
    margin-top: 1.5rem;
  }
  .empty {
    padding: 3rem 1.5rem;
    text-align: center;
  }
  @media (max-width: 600px) {
    li {
      grid-template-columns: minmax(0, 1fr);
      padding: 0.7rem 0.9rem;
    }
    li time {
      color: var(--wa-color-text-quiet);
    }
    .page-header .actions {
      flex: 1 1 100%;
    }
    .page-header .actions wa-button {
      flex: 1;
    }
  }
`;
