/** The grid of cameras: as few columns as make good use of the window, by how many cameras there are. */

import { css } from 'lit';

export const camerasPageStyles = css`
  :host {
    display: block;
  }
  .grid {
    --narrowest: 28rem;
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(100%, var(--narrowest)), 1fr));
    gap: 1rem;
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .one {
    grid-template-columns: minmax(0, 60rem);
    justify-content: center;
  }
  .some {
    --narrowest: 22rem;
  }
  .many {
    --narrowest: 16rem;
  }
  li {
    position: relative;
  }
  a {
    display: block;
    border-radius: 1rem;
    color: inherit;
    text-decoration: none;
  }
  vigie-camera {
    border-radius: 1rem;
    box-shadow: 0 1px 3px rgb(8 24 32 / 0.18);
    transition: box-shadow 150ms;
  }
  a:hover vigie-camera {
    box-shadow: 0 0 0 2px var(--wa-color-brand-60);
  }
  .one vigie-camera {
    max-height: calc(100dvh - 11rem);
    width: 100%;
  }
  vigie-camera-advice {
    position: absolute;
    top: 0.5rem;
    left: 0.5rem;
  }
  vigie-camera-menu {
    position: absolute;
    top: 0.4rem;
    right: 0.4rem;
    border-radius: 0.6rem;
    background: rgb(4 10 14 / 0.45);
    color: #f1f5f9;
    opacity: 0;
    transition: opacity 120ms;
  }
  li:hover vigie-camera-menu,
  li:focus-within vigie-camera-menu {
    opacity: 1;
  }
  .notice {
    display: grid;
    justify-items: center;
    gap: 0.75rem;
    max-width: 34rem;
    margin: 8vh auto 0;
    padding: 2.5rem 1.5rem;
    text-align: center;
  }
  .notice wa-icon {
    color: var(--wa-color-brand-60);
    font-size: 2.5rem;
  }
  .notice wa-spinner {
    font-size: 2rem;
  }
  .notice wa-button {
    margin-top: 0.5rem;
  }
  @media (hover: none), (max-width: 600px) {
    vigie-camera-menu {
      opacity: 1;
    }
  }
  @media (max-width: 600px) {
    .grid {
      gap: 0.75rem;
    }
    .many {
      --narrowest: 10rem;
    }
  }
`;
