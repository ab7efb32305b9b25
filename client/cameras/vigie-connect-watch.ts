/**
 * `<vigie-connect-watch>`: waits for a camera to connect: says so, tells what was refused meanwhile, and shows its first
 * pictures.
 */

import { LitElement, css, html, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/callout/callout.js';
import '@awesome.me/webawesome/dist/components/spinner/spinner.js';
import type { AppContext } from '../app-context.ts';
import '../live/vigie-camera.ts';
import { listen } from '../ui/listen.ts';
import { sharedStyles } from '../ui/shared-styles.ts';
import { attemptTexts } from './attempt-words.ts';
import { CameraDetailsPoll } from './camera-details-poll.ts';

const REFRESH_MS = 3_000;

export class ConnectWatch extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: grid;
        gap: 0.75rem;
      }
      [role='status'] {
        display: flex;
        align-items: center;
        gap: 0.6rem;
        font-weight: 600;
      }
      .connected {
        color: var(--wa-color-success-on-quiet);
      }
      vigie-camera {
        border-radius: 0.75rem;
      }
    `,
  ];
  static override properties = {
    context: { attribute: false },
    cameraId: {},
  };
  declare context: AppContext;
  declare cameraId: string;
  readonly #poll = new CameraDetailsPoll(this, REFRESH_MS, () => !this.#isConnected);

  constructor() {
    super();
    listen(this, (update) => this.context.live.cameras.on('change', update));
  }

  protected override render(): TemplateResult {
    if (this.#isConnected)
      return html`<p class="connected" role="status" data-testid="camera-connected">
          <wa-icon name="check"></wa-icon>Connected
        </p>
        <vigie-camera
          camera-id=${this.cameraId}
          name=""
          .live=${this.context.live}
          .time=${this.context.siteZone.time}
        ></vigie-camera>`;
    return html`<p role="status" data-testid="camera-awaited">
        <wa-spinner aria-hidden="true"></wa-spinner>Waiting for the camera to connect…
      </p>
      ${this.#attemptTexts().map(
        (text) =>
          html`<wa-callout variant="warning" size="s" role="alert" data-testid="refused-attempt">
            <wa-icon slot="icon" name="warning"></wa-icon>${text}
          </wa-callout>`,
      )}`;
  }

  get #isConnected(): boolean {
    const status = this.context.live.cameras.find(this.cameraId)?.status;
    return status === 'online' || status === 'stalled';
  }

  #attemptTexts(): string[] {
    const camera = this.context.live.cameras.find(this.cameraId);
    const { attempts } = this.#poll.details ?? {};
    if (!camera || !attempts) return [];
    return attemptTexts(attempts, camera, this.context.siteZone.time);
  }
}

customElements.define('vigie-connect-watch', ConnectWatch);
