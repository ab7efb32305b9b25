/** Styles of the statistics over a picture. They bring their own colours, to be readable on any picture. */

import { css } from 'lit';

export const cameraStatsStyles = css`
  :host {
    display: block;
    box-sizing: border-box;
    width: 17rem;
    padding: 0.6rem 0.75rem;
    border-radius: 0.6rem;
    background: rgb(6 14 19 / 0.78);
    color: #e2e8f0;
    backdrop-filter: blur(6px);
    font-size: 0.75rem;
    font-variant-numeric: tabular-nums;
    pointer-events: none;
  }
  dl {
    display: grid;
    grid-template-columns: 1fr auto;
    gap: 0.15rem 0.75rem;
    margin: 0;
  }
  dt {
    color: #a9b7c4;
  }
  dd {
    margin: 0;
    text-align: end;
  }
  .headline {
    margin-bottom: 0.45rem;
    font-size: 1.05rem;
    font-weight: 600;
  }
  .headline small {
    color: #a9b7c4;
    font-size: 0.75rem;
    font-weight: 400;
  }
  svg {
    display: block;
    width: 100%;
    height: 6px;
    margin: 0.55rem 0 0.4rem;
    border-radius: 3px;
  }
  .camera {
    fill: #f5b942;
    background: #f5b942;
  }
  .server {
    fill: #5eb3d6;
    background: #5eb3d6;
  }
  .network {
    fill: #9d8df1;
    background: #9d8df1;
  }
  .decode {
    fill: #57c99a;
    background: #57c99a;
  }
  .display {
    fill: #e58aa8;
    background: #e58aa8;
  }
  i {
    display: inline-block;
    width: 0.5rem;
    height: 0.5rem;
    margin-inline-end: 0.4rem;
    border-radius: 2px;
  }
  @container (max-width: 420px) {
    .more {
      display: none;
    }
  }
`;
