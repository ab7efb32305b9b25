/**
 * The label of a field whose place says what it is for: on no screen, and read by screen readers. A field of Web Awesome passes
 * only its `label` on to its inner input, not an aria-label (WCAG 4.1.2).
 */

import { css } from 'lit';

export const hiddenLabelStyles = css`
  .hidden-label::part(form-control-label) {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: 0;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
`;
