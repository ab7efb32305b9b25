/** The sensors beside a camera: adding one, with its token shown once, and removing one. */

import { css, html, nothing, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/callout/callout.js';
import { createRef, ref } from 'lit/directives/ref.js';
import type { CameraView } from '../../server/wire/camera.ts';
import type { SensorView, SensorWithToken } from '../../server/wire/event.ts';
import { errorText } from '../http/api-error.ts';
import { requestLine } from '../http/request-line.ts';
import '../ui/confirm-dialog.ts';
import type { ConfirmDialog } from '../ui/confirm-dialog.ts';
import '../ui/vigie-copy-field.ts';
import { FormDialog, textOf } from '../ui/form-dialog.ts';
import type { AppContext } from '../app-context.ts';
import { shortDuration } from '../ui/relative-time.ts';
import { sensorCommand } from '../devices/device-commands.ts';
import '../devices/vigie-server-address.ts';
import type { ServerAddress } from '../devices/vigie-server-address.ts';

export class SensorsDialog extends FormDialog<AppContext> {
  static override styles = [
    ...FormDialog.styles,
    css`
      ul {
        margin: 0;
        padding: 0;
        list-style: none;
      }
      li {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 0.75rem;
        padding: 0.4rem 0;
        border-top: 1px solid var(--wa-color-surface-border);
      }
      li > span {
        min-width: 0;
        overflow-wrap: anywhere;
      }
      li .quiet {
        display: block;
        font-size: 0.875rem;
      }
      li wa-button {
        flex: none;
      }
    `,
  ];
  static override properties = {
    ...FormDialog.properties,
    camera: { state: true },
    sensors: { state: true },
    added: { state: true },
    server: { state: true },
  };
  declare protected camera: CameraView | null;
  declare protected sensors: readonly SensorView[];
  declare protected added: SensorWithToken | null;
  /** Null: not known yet. */
  declare protected server: ServerAddress | null;
  readonly #confirm = createRef<ConfirmDialog>();
  protected override readonly testId = 'sensors-dialog';
  protected override submitLabel = 'Add sensor';

  constructor() {
    super();
    this.camera = null;
    this.sensors = [];
    this.added = null;
    this.server = null;
  }

  showFor(camera: CameraView): void {
    this.camera = camera;
    this.sensors = [];
    this.added = null;
    this.show();
    void this.#load(camera.id);
  }

  override hide(): void {
    this.added = null;
    this.server = null;
    super.hide();
  }

  protected override heading(): string {
    return `Sensors for “${this.camera?.name ?? ''}”`;
  }

  protected override fields(): TemplateResult {
    return html`
      <p class="quiet">
        A sensor is any device that can send an HTTP request, such as a motion sensor on an ESP8266. It
        reports motion for this camera.
      </p>
      ${
        this.sensors.length > 0
          ? html`<ul>
              ${this.sensors.map((sensor) => this.#sensor(sensor))}
            </ul>`
          : nothing
      }
      <wa-input
        name="name"
        label="New sensor"
        hint="For example “Porch”."
        required
        maxlength="32"
        autocomplete="off"
        data-testid="sensor-name"
      ></wa-input>
    `;
  }

  protected override render(): TemplateResult {
    return html`${super.render()}<vigie-confirm-dialog ${ref(this.#confirm)}></vigie-confirm-dialog>`;
  }

  protected override outcome(): TemplateResult | null {
    if (!this.added || !this.camera) return null;
    return html`
      <wa-callout variant="warning" size="s">
        <wa-icon slot="icon" name="key"></wa-icon>
        Copy the token now: it is not shown again. Anyone who has it can report motion for this camera.
        ${
          location.protocol === 'https:'
            ? nothing
            : 'This page was loaded over HTTP, so others on the network can read the token. Use HTTPS if you can.'
        }
      </wa-callout>
      <vigie-copy-field
        label="Token"
        .value=${this.added.token}
        data-testid="sensor-token"
      ></vigie-copy-field>
      <vigie-server-address
        .context=${this.context}
        device="sensor"
        @vigie-server-address=${({ detail }: CustomEvent<ServerAddress>) => (this.server = detail)}
      ></vigie-server-address>
      ${this.server ? this.#call(this.camera.id, this.added.token, this.server) : nothing}
    `;
  }

  #call(cameraId: string, token: string, { origin, authorityFile }: ServerAddress): TemplateResult {
    const url = origin + requestLine('POST /api/cameras/:cameraId/events', { params: { cameraId } }).path;
    return html`
      <vigie-copy-field label="URL" .value=${url} data-testid="sensor-address"></vigie-copy-field>
      <vigie-copy-field
        label="Test command"
        .value=${sensorCommand(url, token, authorityFile)}
        data-testid="sensor-command"
      ></vigie-copy-field>
    `;
  }

  protected override async submit(form: FormData): Promise<boolean> {
    if (!this.camera) return false;
    this.added = await this.context.api.call('POST /api/cameras/:cameraId/sensors', {
      params: { cameraId: this.camera.id },
      body: { name: textOf(form, 'name') },
    });
    return true;
  }

  #sensor({ id, name, lastEventAtMs }: SensorView): TemplateResult {
    return html`<li data-testid="sensor">
      <span
        >${name}
        <span class="quiet"
          >${
            lastEventAtMs === null
              ? 'no reports yet'
              : `last report ${shortDuration(this.context.live.clock.nowMs() - lastEventAtMs)} ago`
          }</span
        ></span
      >
      <wa-button
        type="button"
        size="s"
        appearance="plain"
        variant="danger"
        title="Remove “${name}”"
        data-testid="remove-sensor"
        @click=${() => this.#askToRemove(id, name)}
        >Remove</wa-button
      >
    </li>`;
  }

  async #load(cameraId: string): Promise<void> {
    try {
      this.sensors = await this.context.api.call('GET /api/cameras/:cameraId/sensors', {
        params: { cameraId },
      });
    } catch (error) {
      this.error = errorText(error);
    }
  }

  #askToRemove(sensorId: string, name: string): void {
    const cameraId = this.camera?.id;
    if (cameraId === undefined) return;
    this.#confirm.value?.ask({
      heading: `Remove “${name}”?`,
      stake: {
        lost: [`The token of “${name}”: it stops working, and the sensor can no longer report motion`],
        note: 'Events it has reported are kept.',
      },
      action: 'Remove sensor',
      run: async () => {
        await this.context.api.call('DELETE /api/cameras/:cameraId/sensors/:sensorId', {
          params: { cameraId, sensorId },
        });
        await this.#load(cameraId);
      },
    });
  }
}

customElements.define('vigie-sensors-dialog', SensorsDialog);
