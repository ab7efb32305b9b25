/**
 * `<vigie-connect-watch>`: waits for a camera to connect: says so, tells what was refused meanwhile, and shows its first
 * pictures.
 */

import { LitElement, css, html, type PropertyValues, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/callout/callout.js';
import '@awesome.me/webawesome/dist/components/spinner/spinner.js';
import type { CameraAttempts } from '../../server/wire/camera.ts';
import type { AppContext } from '../app-context.ts';
import '../live/vigie-camera.ts';
import { listen } from '../ui/listen.ts';
import { sharedStyles } from '../ui/shared-styles.ts';
import { attemptTexts } from './attempt-words.ts';

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
    attempts: { state: true },
  };
  declare context: AppContext;
  declare cameraId: string;
  declare protected attempts: CameraAttempts | undefined;
  #refresh: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    listen(this, (update) => this.context.live.cameras.on('change', update));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#refresh = setInterval(() => void this.#load(), REFRESH_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#refresh);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('cameraId')) void this.#load();
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
    if (!camera || !this.attempts) return [];
    return attemptTexts(this.attempts, camera, this.context.siteZone.time);
  }

  async #load(): Promise<void> {
    const { cameraId } = this;
    if (document.hidden || this.#isConnected) return;
    try {
      const { attempts } = await this.context.api.call('GET /api/cameras/:cameraId/status', {
        params: { cameraId },
      });
      if (cameraId === this.cameraId) this.attempts = attempts;
    } catch {
      // The connection banner shows why the server does not answer.
    }
  }
}

customElements.define('vigie-connect-watch', ConnectWatch);
