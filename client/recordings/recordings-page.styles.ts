/** Styles of the page of one camera's recordings: everything below one another, the player as large as the window allows. */

import { css } from 'lit';

export const recordingsPageStyles = css`
  :host {
    display: grid;
    gap: 0.8rem;
    max-width: 64rem;
    margin-inline: auto;
  }
  .page-header {
    margin-bottom: 0;
  }
  vigie-recording-player {
    width: 100%;
    max-height: calc(100dvh - 21rem);
    min-height: 12rem;
    border-radius: 1rem;
  }
  .empty {
    text-align: center;
  }
`;
