/** Styles of a list in a card: a row for each item, with a text (`.what`) and its actions. */

import { css } from 'lit';

export const rowListStyles = css`
  .rows {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .rows > li {
    display: flex;
    align-items: center;
    gap: 0.9rem;
    padding: 0.8rem 0.6rem 0.8rem 1.1rem;
  }
  .rows > li + li {
    border-top: 1px solid var(--wa-color-surface-border);
  }
  .what {
    flex: 1;
    min-width: 0;
    overflow-wrap: anywhere;
  }
  .what strong {
    font-weight: 600;
  }
  .what p {
    font-size: 0.875rem;
  }
`;
