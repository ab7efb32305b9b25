/** Styles of the page that plays recordings of several cameras together. */

import { css } from 'lit';

export const lookBackPageStyles = css`
  :host {
    display: block;
  }
  .page-header .actions {
    min-width: 0;
  }
  .actions wa-button {
    max-width: 100%;
  }
  .actions wa-button::part(base) {
    max-width: 100%;
  }
  .actions wa-button::part(label) {
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .row h2 {
    overflow-wrap: anywhere;
  }
  .players {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 18rem), 1fr));
    gap: 0.75rem;
    max-width: max(20rem, calc((100dvh - 22rem) * 8 / 3));
    margin-inline: auto;
  }
  .players.one {
    max-width: max(20rem, calc((100dvh - 18rem) * 4 / 3));
  }
  .controls {
    margin-block: 0.75rem;
  }
  .row + .row {
    margin-top: 0.5rem;
  }
  .row h2 {
    margin-bottom: 0.2rem;
    font-size: 0.875rem;
    font-weight: 550;
  }
  .row a {
    color: inherit;
    text-decoration: none;
  }
  .row a:hover {
    text-decoration: underline;
  }
  .empty {
    padding: 3rem 1.5rem;
    text-align: center;
  }
`;
