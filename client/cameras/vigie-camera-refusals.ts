/**
 * `<vigie-camera-refusals>`: the pictures of a camera that the server could not use, for administrators; empty while there are
 * none.
 */

import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import type { AppContext } from '../app-context.ts';
import { sharedStyles } from '../ui/shared-styles.ts';
import { CameraDetailsPoll } from './camera-details-poll.ts';
import { refusalText } from './refusal-words.ts';

const REFRESH_MS = 10_000;

export class VigieCameraRefusals extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      p {
        margin: 0;
      }
    `,
  ];
  static override properties = { context: { attribute: false }, cameraId: {} };
  declare context: AppContext;
  declare cameraId: string;
  readonly #poll = new CameraDetailsPoll(this, REFRESH_MS);

  protected override render(): TemplateResult | typeof nothing {
    const { refusals } = this.#poll.details ?? {};
    const text = refusals && refusalText(refusals, this.context.live.clock.nowMs());
    return text ? html`<p class="quiet" data-testid="camera-refusals">${text}</p>` : nothing;
  }
}

customElements.define('vigie-camera-refusals', VigieCameraRefusals);
