import { css } from 'lit';

export const recordingsPageStyles = css`
  :host {
    display: grid;
    gap: 0.8rem;
    max-width: 64rem;
    margin-inline: auto;
  }
  header,
  .controls {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.4rem;
  }
  h1 {
    flex: 1;
    min-width: 8rem;
    overflow: hidden;
    font-size: 1.25rem;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .back {
    display: inline-grid;
    width: 2.5rem;
    height: 2.5rem;
    border-radius: 0.6rem;
    color: inherit;
    place-items: center;
  }
  vigie-recording-player {
    width: 100%;
    max-height: calc(100dvh - 21rem);
    min-height: 12rem;
    border-radius: 1rem;
  }
  .moment {
    flex: 1;
    min-width: 10rem;
    font-variant-numeric: tabular-nums;
  }
  wa-select {
    width: 6rem;
  }
  .empty {
    text-align: center;
  }
`;
