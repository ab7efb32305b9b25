/** The spinner while a picture is loading. */

import { css } from 'lit';

export const recordingPlayerStyles = css`
  .busy {
    position: absolute;
    inset: 0;
    margin: auto;
    width: 2.5rem;
    height: 2.5rem;
    border: 4px solid rgb(255 255 255 / 0.25);
    border-top-color: #fff;
    border-radius: 50%;
    /* Most pictures load before the spinner is needed. */
    opacity: 0;
    animation:
      turn 1s linear infinite,
      appear 0.2s 0.6s forwards;
  }
  @keyframes turn {
    to {
      transform: rotate(1turn);
    }
  }
  @keyframes appear {
    to {
      opacity: 1;
    }
  }
`;
