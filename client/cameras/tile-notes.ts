/** Notes over the picture of a camera that has none of its own yet: it never connected, or it is the demo. */

import { css, html, nothing, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/button/button.js';
import type { CameraView } from '../../server/wire/camera.ts';

export const tileNoteStyles = css`
  .never-connected {
    position: absolute;
    inset: 0;
    display: grid;
    gap: 0.5rem;
    width: max-content;
    max-width: calc(100% - 1rem);
    height: max-content;
    margin: auto;
    color: #f1f5f9;
    font-size: 0.875rem;
    justify-items: center;
    text-align: center;
    /* The picture below it leads to the camera's page. */
    pointer-events: none;
  }
  .never-connected wa-button {
    pointer-events: auto;
  }
  .demo {
    position: absolute;
    /* Above the name. */
    bottom: 2.4rem;
    left: 0.5rem;
    max-width: calc(100% - 1rem);
    padding: 0.2rem 0.6rem;
    border-radius: 0.6rem;
    background: rgb(4 10 14 / 0.72);
    color: #fde68a;
    font-size: 0.75rem;
    pointer-events: none;
  }
  /* A tile on a phone has room for its name and the button. */
  @container tile (max-width: 210px) {
    .never-connected p {
      display: none;
    }
    .never-connected {
      inset: 2.8rem 0 auto;
    }
    .never-connected wa-button::part(base) {
      height: 1.75rem;
      padding-inline: 0.6rem;
      font-size: 0.75rem;
    }
  }
  @container tile (max-width: 480px) {
    .demo .rest {
      display: none;
    }
  }
`;

/** @param onConnect shows how it connects; undefined: not for this user */
export function tileNote(camera: CameraView, onConnect?: () => void): TemplateResult | typeof nothing {
  if (camera.kind === 'demo')
    return html`<p class="demo" data-testid="demo-note">
      Demo<span class="rest">: it leaves when your first camera is live</span>
    </p>`;
  if (camera.status !== 'never' || camera.kind !== 'v1' || !onConnect) return nothing;
  return html`<div class="never-connected" data-testid="never-connected">
    <p>This camera has not connected yet.</p>
    <wa-button size="s" variant="brand" data-testid="how-to-connect" @click=${onConnect}
      >How to connect</wa-button
    >
  </div>`;
}
