/** The sensors beside a camera: adding one, whose token is shown once, and taking its right away again. */

import { html, type TemplateResult } from 'lit';
import type { CameraView } from '../../server/wire/api.ts';
import type { SensorView, SensorWithToken } from '../../server/wire/event.ts';
import { errorText } from '../api-error.ts';
import '../ui/copy-field.ts';
import { FormDialog, textOf } from '../ui/form-dialog.ts';

export class SensorsDialog extends FormDialog {
  static override properties = {
    ...FormDialog.properties,
    camera: { state: true },
    sensors: { state: true },
    added: { state: true },
  };
  declare protected camera: CameraView | null;
  declare protected sensors: readonly SensorView[];
  declare protected added: SensorWithToken | null;
  protected override readonly testId = 'sensors-dialog';
  protected override submitLabel = 'Add sensor';

  constructor() {
    super();
    this.camera = null;
    this.sensors = [];
    this.added = null;
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
    super.hide();
  }

  protected override heading(): string {
    return `Sensors of “${this.camera?.name ?? ''}”`;
  }

  protected override fields(): TemplateResult {
    return html`
      <p class="quiet">
        Anything that can make one web request, a movement sensor on an ESP8266 for example, can report motion
        at this camera.
      </p>
      ${this.sensors.map(
        (sensor) =>
          html`<div class="actions" data-testid="sensor">
            <span>${sensor.name}</span>
            <span class="quiet"
              >${sensor.lastEventAt === null ? 'has not reported yet' : `last on ${new Date(sensor.lastEventAt).toLocaleString()}`}</span
            >
            <wa-button
              type="button"
              size="s"
              appearance="plain"
              variant="danger"
              data-testid="remove-sensor"
              @click=${() => void this.#remove(sensor.id)}
              >Remove</wa-button
            >
          </div>`,
      )}
      <wa-input
        name="name"
        label="Name of a new sensor"
        hint="Where it is, for example “Porch”."
        required
        maxlength="32"
        autocomplete="off"
        data-testid="sensor-name"
      ></wa-input>
    `;
  }

  protected override outcome(): TemplateResult | null {
    if (!this.added || !this.camera) return null;
    const { token } = this.added;
    const url = `${location.origin}/api/cameras/${this.camera.id}/events`;
    const command = `curl -X POST ${url} -H "Authorization: Bearer ${token}" -H "Content-Type: application/json" -d '{"kind":"motion"}'`;
    return html`<div class="outcome">
      <p>
        The token is shown only this once. Whoever has it can report motion at this camera, and nothing else.
      </p>
      <vigie-copy-field label="Address" .value=${url}></vigie-copy-field>
      <vigie-copy-field label="Token" .value=${token} data-testid="sensor-token"></vigie-copy-field>
      <vigie-copy-field label="Try it" .value=${command} data-testid="sensor-command"></vigie-copy-field>
      <div class="actions">
        <wa-button variant="brand" @click=${() => this.hide()} data-testid="dialog-done">Done</wa-button>
      </div>
    </div>`;
  }

  protected override async submit(form: FormData): Promise<boolean> {
    if (!this.camera) return false;
    this.added = await this.context.api.addSensor(this.camera.id, textOf(form, 'name'));
    return true;
  }

  async #load(cameraId: string): Promise<void> {
    try {
      this.sensors = await this.context.api.sensors(cameraId);
    } catch (error) {
      this.error = errorText(error);
    }
  }

  async #remove(sensorId: string): Promise<void> {
    if (!this.camera) return;
    try {
      await this.context.api.removeSensor(this.camera.id, sensorId);
      await this.#load(this.camera.id);
    } catch (error) {
      this.error = errorText(error);
    }
  }
}

customElements.define('vigie-sensors-dialog', SensorsDialog);
