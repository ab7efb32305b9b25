/** Styles of the band of time: segments, gaps, events, what is marked, and the playhead. */

import { css } from 'lit';

/** Pixels. */
export const TIMELINE_HEIGHT = 72;

export const timelineStyles = css`
  :host {
    display: block;
    position: relative;
    touch-action: pan-y;
    user-select: none;
  }
  svg {
    display: block;
    width: 100%;
    height: ${TIMELINE_HEIGHT}px;
    border-radius: 0.6rem;
    background: var(--wa-color-neutral-fill-quiet);
    cursor: pointer;
  }
  svg:focus-visible {
    outline: 2px solid var(--wa-color-focus);
    outline-offset: 2px;
  }
  .segment {
    fill: var(--wa-color-brand-50);
  }
  .segment.protected {
    fill: var(--wa-color-success-50);
  }
  .segment.open {
    opacity: 0.55;
  }
  .gap {
    fill: var(--wa-color-warning-fill-normal);
  }
  /* Over what is recorded. */
  .gap.cameraFrozen {
    fill: var(--wa-color-warning-fill-loud);
    opacity: 0.75;
  }
  .event {
    fill: var(--wa-color-danger-60);
  }
  .event.detection {
    fill: #0ea5e9;
  }
  .event.offline {
    fill: var(--wa-color-neutral-50);
  }
  .selection {
    fill: var(--wa-color-brand-fill-normal);
    opacity: 0.5;
  }
  .tick {
    stroke: var(--wa-color-surface-border);
  }
  text {
    fill: var(--wa-color-text-quiet);
    font-size: 11px;
    font-variant-numeric: tabular-nums;
  }
  .playhead {
    stroke: var(--wa-color-danger-50);
    stroke-width: 2;
  }
  .hint {
    position: absolute;
    bottom: 100%;
    padding: 0.2rem 0.5rem;
    border-radius: 0.4rem;
    background: var(--wa-color-surface-raised);
    box-shadow: var(--wa-shadow-s);
    font-size: 0.8125rem;
    white-space: nowrap;
    transform: translateX(-50%);
    pointer-events: none;
  }
`;
