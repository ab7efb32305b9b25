/** The wall of cameras; wall-layout.ts chooses the size of its tiles. */

import { css } from 'lit';

export const camerasPageStyles = css`
  :host {
    display: block;
  }
  :host(:fullscreen) {
    overflow: auto;
    padding: 0.5rem;
    background: #0a1218;
  }
  :host(:fullscreen) .page-header {
    display: none;
  }
  .wall {
    display: flex;
    flex-wrap: wrap;
    justify-content: center;
    gap: 0.375rem;
    margin: 0 auto;
    padding: 0;
    list-style: none;
  }
  .wall li {
    width: var(--tile);
  }
  li {
    position: relative;
    container: tile / inline-size;
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
  vigie-camera-advice {
    position: absolute;
    top: 0.5rem;
    left: 0.5rem;
  }
  vigie-camera-menu,
  .star {
    position: absolute;
    top: 0.4rem;
    right: 0.4rem;
    border-radius: 0.6rem;
    background: rgb(4 10 14 / 0.45);
    color: #f1f5f9;
    opacity: 0;
    transition: opacity 120ms;
  }
  .star {
    right: 3rem;
  }
  .star wa-button::part(base) {
    color: inherit;
  }
  .star.favourite {
    color: #fde68a;
  }
  li:hover :is(vigie-camera-menu, .star),
  li:focus-within :is(vigie-camera-menu, .star),
  .star.favourite {
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
    vigie-camera-menu,
    .star {
      opacity: 1;
    }
  }
  @media (max-width: 600px) {
    .wall {
      gap: 0.5rem;
    }
    /* The symbols stand for them; a screen reader still reads them. */
    .page-header .label {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
    .page-header [slot='start'] {
      margin: 0;
    }
    .page-header .title {
      min-width: 0;
    }
  }
`;
