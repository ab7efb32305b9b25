/** Styles of a camera's page: the picture as large as the window allows, its events beside it where there is room. */

import { css } from 'lit';

export const cameraPageStyles = css`
  :host {
    display: block;
  }
  .layout {
    display: grid;
    gap: 1rem;
    align-items: start;
  }
  @media (min-width: 1100px) {
    .layout:has(vigie-event-list:not([empty])) {
      grid-template-columns: minmax(0, 1fr) 20rem;
    }
  }
  .stage {
    position: relative;
    min-width: 0;
  }
  vigie-camera {
    width: 100%;
    max-height: calc(100dvh - 10.2rem);
    border-radius: 1rem;
  }
  .below {
    margin-top: 1rem;
  }
  .missing {
    padding: 3rem 1.5rem;
    text-align: center;
  }
  /* A phone on its side: the picture gets the whole height, the bar scrolls away. */
  @media (max-height: 500px) {
    vigie-camera {
      max-height: calc(100dvh - 1rem);
    }
  }
  @media (max-width: 600px) {
    vigie-camera {
      width: calc(100% + 1.5rem);
      margin-inline: -0.75rem;
      border-radius: 0;
    }
  }
`;
