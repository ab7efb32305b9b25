/** Styles of the boxes: a bright line with a dark one on each side, readable on any picture. */

import { css } from 'lit';

export const detectionsStyles = css`
  :host {
    position: absolute;
    inset: 0;
    overflow: hidden;
    pointer-events: none;
  }
  .area {
    position: absolute;
  }
  .box {
    position: absolute;
    box-sizing: border-box;
    border: 2px solid #38bdf8;
    border-radius: 3px;
    box-shadow:
      0 0 0 1px rgb(4 10 14 / 0.7),
      inset 0 0 0 1px rgb(4 10 14 / 0.7);
  }
  .label {
    position: absolute;
    bottom: calc(100% + 2px);
    left: -2px;
    padding: 0.05rem 0.35rem;
    border-radius: 3px;
    background: rgb(4 10 14 / 0.78);
    color: #e0f2fe;
    font-size: 0.75rem;
    font-variant-numeric: tabular-nums;
    line-height: 1.35;
    white-space: nowrap;
  }
  .box.right .label {
    right: -2px;
    left: auto;
  }
  .box.low .label {
    top: 2px;
    bottom: auto;
  }
  @media (max-width: 600px) {
    .label {
      font-size: 0.6875rem;
    }
  }
`;
