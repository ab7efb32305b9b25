/** Styles of zones and masks over a picture: told apart by colour and by pattern. */

import { css } from 'lit';

export const areaEditorStyles = css`
  :host {
    display: block;
    position: relative;
  }
  .frame {
    position: relative;
    touch-action: pan-y;
  }
  .frame:focus-visible {
    outline: 3px solid var(--wa-color-focus);
  }
  .drawing {
    cursor: crosshair;
    touch-action: none;
  }
  ::slotted(*) {
    display: block;
    width: 100%;
    user-select: none;
  }
  svg {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
  }
  pattern rect {
    fill: rgb(15 23 42 / 0.75);
  }
  polygon,
  polyline {
    stroke-width: 2px;
    vector-effect: non-scaling-stroke;
    cursor: pointer;
  }
  .drawing polygon {
    pointer-events: none;
  }
  .zone {
    fill: rgb(34 197 94 / 0.22);
    stroke: #4ade80;
  }
  .mask {
    fill: url('#hatched');
    stroke: #94a3b8;
  }
  .unfinished {
    fill: none;
    stroke-dasharray: 6 4;
    pointer-events: none;
  }
  .selected {
    stroke-width: 3.5px;
  }
  button {
    position: absolute;
    /* As large as a finger; what is seen of it is smaller. */
    width: 28px;
    height: 28px;
    margin: -14px 0 0 -14px;
    padding: 0;
    border: 0;
    border-radius: 50%;
    background: none;
    cursor: grab;
    touch-action: none;
  }
  button::before {
    display: block;
    width: 14px;
    height: 14px;
    margin: auto;
    border: 2px solid #0f172a;
    border-radius: 50%;
    background: #fff;
    content: '';
  }
  button:focus-visible {
    outline: 3px solid var(--wa-color-focus);
  }
  .middle {
    cursor: copy;
  }
  .middle::before {
    width: 8px;
    height: 8px;
    border-color: #475569;
    opacity: 0.8;
  }
  .closes::before {
    background: #4ade80;
  }
  .smallest {
    position: absolute;
    left: 50%;
    top: 50%;
    border: 2px dashed #fbbf24;
    transform: translate(-50%, -50%);
    pointer-events: none;
  }
`;
