/** Styles of the page of events. */

import { css } from 'lit';

export const eventsPageStyles = css`
  :host {
    display: block;
    max-width: 76rem;
    margin-inline: auto;
  }
  wa-select {
    width: 11rem;
  }
  h2 {
    margin: 1.5rem 0 0.6rem;
  }
  ol {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 13rem), 1fr));
    gap: 0.9rem;
    margin: 0;
    padding: 0;
    list-style: none;
  }
  li a {
    display: block;
    overflow: hidden;
    height: 100%;
    color: inherit;
    text-decoration: none;
  }
  li a:hover {
    border-color: var(--wa-color-brand-60);
  }
  .event-picture {
    width: 100%;
    border-radius: 0;
    font-size: 1.6rem;
  }
  .text {
    display: grid;
    gap: 0.1rem;
    padding: 0.6rem 0.8rem 0.7rem;
    overflow-wrap: anywhere;
  }
  .text .quiet,
  time {
    font-size: 0.875rem;
  }
  time {
    font-variant-numeric: tabular-nums;
  }
  .lasting time {
    color: var(--wa-color-warning-on-quiet);
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
  .empty p + p {
    margin-top: 0.75rem;
  }
  @media (max-width: 600px) {
    .actions {
      flex: 1 1 100%;
    }
    wa-select {
      flex: 1;
      width: auto;
      min-width: 0;
    }
    ol {
      grid-template-columns: repeat(2, minmax(0, 1fr));
      gap: 0.6rem;
    }
  }
`;
