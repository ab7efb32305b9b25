/** The looks of the page on which motion is set up: the picture beside the settings, above them on a phone. */

import { css } from 'lit';

export const motionPageStyles = css`
  :host {
    display: block;
    max-width: 84rem;
    margin-inline: auto;
  }
  header {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem;
    margin-bottom: 0.9rem;
  }
  h1 {
    flex: 1;
    min-width: 8rem;
    font-size: 1.25rem;
  }
  .back {
    display: inline-grid;
    width: 2.5rem;
    height: 2.5rem;
    border-radius: 0.6rem;
    color: inherit;
    place-items: center;
  }
  .content {
    display: grid;
    grid-template-columns: minmax(0, 5fr) minmax(0, 3fr);
    gap: 1.5rem;
    align-items: start;
  }
  .view {
    overflow: hidden;
    border-radius: 0.8rem;
    background: #0b1218;
  }
  .view img {
    min-height: 12rem;
  }
  .now {
    display: flex;
    align-items: center;
    gap: 0.5rem;
    min-height: 2rem;
    margin-top: 0.6rem;
  }
  .now span {
    width: 0.7rem;
    height: 0.7rem;
    border-radius: 50%;
    background: var(--wa-color-neutral-border-loud);
  }
  .now.moves span {
    background: #22c55e;
  }
  .settings {
    display: grid;
    gap: 1.1rem;
  }
  section {
    display: grid;
    gap: 0.5rem;
  }
  label {
    display: block;
    font-size: 0.9375rem;
  }
  .label {
    display: flex;
    justify-content: space-between;
    gap: 1rem;
  }
  .value {
    color: var(--wa-color-text-quiet);
    font-variant-numeric: tabular-nums;
  }
  input[type='range'] {
    width: 100%;
    height: 1.6rem;
    margin: 0;
    accent-color: var(--wa-color-brand-50);
  }
  ul {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  li {
    display: flex;
    align-items: center;
    gap: 0.5rem;
    padding: 0.2rem 0;
  }
  li wa-input {
    flex: 1;
    min-width: 0;
  }
  .sample {
    flex: none;
    width: 1.3rem;
    height: 1.3rem;
    border: 2px solid #22c55e;
    border-radius: 0.3rem;
    background: rgb(34 197 94 / 0.22);
  }
  .sample.mask {
    border-color: #64748b;
    background: repeating-linear-gradient(45deg, rgb(15 23 42 / 0.75) 0 3px, transparent 3px 7px);
  }
  .buttons {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
  }
  .hint {
    color: var(--wa-color-text-quiet);
    font-size: 0.875rem;
  }
  @media (max-width: 800px) {
    .content {
      grid-template-columns: minmax(0, 1fr);
    }
    .picture {
      position: sticky;
      z-index: 1;
      top: 3.5rem;
      padding-bottom: 0.4rem;
      background: var(--vigie-page);
    }
  }
`;
