/**
 * `<vigie-camera-refusals>`: the pictures of a camera that the server could not use, for administrators; empty while there are
 * none.
 */

import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import type { CameraRefusals } from '../../server/wire/camera.ts';
import type { AppContext } from '../app-context.ts';
import { sharedStyles } from '../ui/shared-styles.ts';
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
  static override properties = {
    context: { attribute: false },
    cameraId: {},
    refusals: { state: true },
  };
  declare context: AppContext;
  declare cameraId: string;
  declare protected refusals: CameraRefusals | undefined;
  #refresh: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#refresh = setInterval(() => void this.#load(), REFRESH_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#refresh);
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (!changed.has('cameraId')) return;
    this.refusals = undefined;
    void this.#load();
  }

  protected override render(): TemplateResult | typeof nothing {
    const text = this.refusals && refusalText(this.refusals, this.context.live.clock.nowMs());
    return text ? html`<p class="quiet" data-testid="camera-refusals">${text}</p>` : nothing;
  }

  async #load(): Promise<void> {
    const { cameraId } = this;
    if (document.hidden) return;
    try {
      const { api } = this.context;
      const { refusals } = await api.call('GET /api/cameras/:cameraId/status', { params: { cameraId } });
      if (cameraId === this.cameraId) this.refusals = refusals;
    } catch {
      // The connection banner shows why the server does not answer.
    }
  }
}

customElements.define('vigie-camera-refusals', VigieCameraRefusals);
