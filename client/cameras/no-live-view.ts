/** Replaces the picture of a camera that the viewer may not watch live. */

import { css, html, type TemplateResult } from 'lit';

export const noLiveViewStyles = css`
  .no-live {
    display: grid;
    gap: 0.4rem;
    place-content: center;
    justify-items: center;
    aspect-ratio: 4 / 3;
    max-height: min(100dvh - 11rem, 28rem);
    width: 100%;
    border: 1px solid var(--wa-color-surface-border);
    padding: 1rem;
    border-radius: 1rem;
    background: var(--wa-color-neutral-fill-quiet);
    text-align: center;
  }
  .no-live wa-icon {
    font-size: 1.6rem;
  }
`;

/** @param name of the camera; missing if it is shown beside the picture */
export function noLiveView(name?: string): TemplateResult {
  return html`<div class="no-live quiet" data-testid="no-live-view">
    <wa-icon name="eye-slash"></wa-icon>
    ${name ? html`<strong>${name}</strong>` : ''}
    <span>You do not have the right to watch this camera live.</span>
  </div>`;
}
