/** Styles of `<vigie-camera>`. It brings its own colours, for it must be readable on any page and any picture. */

import { css } from 'lit';

export const cameraStyles = css`
  :host {
    --vigie-live: #4ade80;
    --vigie-connecting: #fbbf24;
    --vigie-stalled: #fb923c;
    --vigie-offline: #94a3b8;
    position: relative;
    display: block;
    overflow: hidden;
    aspect-ratio: 4 / 3;
    background: #0a1218;
    color: #f1f5f9;
    font:
      500 0.875rem/1.3 system-ui,
      sans-serif;
    container-type: inline-size;
  }
  :host([hidden]),
  [hidden] {
    display: none !important;
  }
  .picture,
  video,
  canvas,
  img {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
  }
  .picture,
  vigie-detections {
    transform: var(--vigie-camera-transform, none);
    transform-origin: 0 0;
  }
  .picture {
    transition: filter 400ms;
    background: radial-gradient(120% 90% at 50% 40%, #16242e, #0a1218);
  }
  .picture.stalled,
  .picture.sleeping,
  .picture.off,
  .picture.offline,
  .picture.connecting.has-picture {
    filter: grayscale(0.85) brightness(0.5);
  }
  video,
  canvas,
  img {
    object-fit: var(--vigie-camera-fit, contain);
  }
  img {
    opacity: 0;
    transition: opacity 200ms;
  }
  img.loaded {
    opacity: 1;
  }
  .caption {
    position: absolute;
    inset: auto 0 0;
    display: flex;
    align-items: end;
    justify-content: space-between;
    gap: 0.75rem;
    padding: 2rem 0.75rem 0.65rem;
    background: linear-gradient(transparent, rgb(4 10 14 / 0.72));
    pointer-events: none;
  }
  .age {
    position: absolute;
    inset: 0;
    width: max-content;
    height: max-content;
    margin: auto;
    padding: 0.3rem 0.8rem;
    border-radius: 999px;
    background: rgb(4 10 14 / 0.6);
    font-size: 1rem;
    font-variant-numeric: tabular-nums;
    pointer-events: none;
  }
  .sign-in {
    position: absolute;
    inset: 0;
    width: max-content;
    max-width: calc(100% - 1rem);
    height: max-content;
    margin: auto;
    text-align: center;
  }
  .sign-in a {
    color: #7dd3fc;
  }
  .note {
    position: absolute;
    inset: 0.6rem auto auto 0.6rem;
    max-width: calc(100% - 1.2rem);
    box-sizing: border-box;
    margin: 0;
    padding: 0.2rem 0.6rem;
    border-radius: 0.6rem;
    background: rgb(4 10 14 / 0.72);
    color: #fde68a;
    font-size: 0.75rem;
    pointer-events: none;
  }
  .note .brief {
    display: none;
  }
  .note:has(~ vigie-camera-stats) {
    inset: auto auto 2.6rem 0.6rem;
  }
  @container (max-width: 480px) {
    .note .longer,
    .note .whole,
    .name:not(:empty) + .status .more {
      display: none;
    }
  }
  @container (max-width: 480px) {
    :host(:not([focused])) .note .brief,
    :host([focused]) .note .whole {
      display: inline;
    }
    /* The statistics say it too. */
    .limit:has(~ vigie-camera-stats) {
      display: none;
    }
  }
  @container (max-width: 310px) {
    .note .long {
      display: none;
    }
  }
  .name {
    overflow: hidden;
    font-weight: 600;
    text-overflow: ellipsis;
    text-shadow: 0 1px 2px rgb(0 0 0 / 0.6);
    white-space: nowrap;
  }
  .status {
    display: flex;
    flex: none;
    align-items: center;
    gap: 0.4rem;
    padding: 0.15rem 0.55rem 0.15rem 0.45rem;
    border-radius: 999px;
    background: rgb(4 10 14 / 0.6);
    font-size: 0.75rem;
    font-variant-numeric: tabular-nums;
  }
  /* A tile on a phone has no room for both on one line. */
  @container (max-width: 210px) {
    .caption {
      flex-direction: column;
      align-items: start;
      gap: 0.15rem;
      padding: 1rem 0.5rem 0.4rem;
    }
    .name {
      max-width: 100%;
    }
  }
  .dot {
    width: 0.5rem;
    height: 0.5rem;
    border-radius: 50%;
    background: var(--vigie-offline);
  }
  .live .dot {
    background: var(--vigie-live);
  }
  .stalled .dot {
    background: var(--vigie-stalled);
  }
  .connecting .dot {
    background: var(--vigie-connecting);
    animation: pulse 1.4s ease-in-out infinite;
  }
  vigie-camera-stats {
    position: absolute;
    inset: 0.6rem auto auto 0.6rem;
    max-width: calc(100% - 1.2rem);
  }
  :host(:fullscreen) {
    width: 100%;
    height: 100%;
    aspect-ratio: auto;
    max-height: none !important;
    border-radius: 0 !important;
  }
  @keyframes pulse {
    50% {
      opacity: 0.3;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    .dot {
      animation: none !important;
    }
    .picture,
    img {
      transition: none;
    }
  }
`;
