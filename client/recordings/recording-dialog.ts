/** The recording settings of a camera: mode, schedule, quality and storage limit. */

import { html, nothing, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/checkbox/checkbox.js';
import '@awesome.me/webawesome/dist/components/option/option.js';
import '@awesome.me/webawesome/dist/components/select/select.js';
import type { CameraView } from '../../server/wire/camera.ts';
import type { MotionView } from '../../server/wire/motion.ts';
import type {
  RecordedKind,
  RecordingMode,
  RecordingSettings,
  RecordingStatus,
} from '../../server/wire/recording.ts';
import { errorText } from '../http/api-error.ts';
import { EVENT_KINDS } from '../events/event-text.ts';
import { detectsAfter, labelsField, labelsOf } from '../events/labels-field.ts';
import { alarmText } from './recording-words.ts';
import { routePath } from '../routing/routes.ts';
import '../site/vigie-site-zone.ts';
import { bytesText } from '../ui/byte-text.ts';
import { errorCallout } from '../ui/error-callout.ts';
import { checkboxList, fieldsetStyles } from '../ui/checkbox-list.ts';
import { checkedOf, valueOf } from '../ui/field-value.ts';
import { FormDialog, textOf } from '../ui/form-dialog.ts';
import type { AppContext } from '../app-context.ts';

const RECORDED_KINDS: readonly RecordedKind[] = ['motion', 'detection'];
const EVERY_DAY = [0, 1, 2, 3, 4, 5, 6];

export class RecordingDialog extends FormDialog<AppContext> {
  static override styles = [...FormDialog.styles, fieldsetStyles];
  static override properties = {
    ...FormDialog.properties,
    camera: { state: true },
    settings: { state: true },
    motion: { state: true },
    watched: { state: true },
    status: { state: true },
    mode: { state: true },
    detects: { state: true },
    limited: { state: true },
  };
  declare protected camera: CameraView | null;
  declare protected settings: RecordingSettings | null;
  declare protected motion: MotionView | null;
  /** Motion detection is on. */
  declare protected watched: boolean;
  declare protected status: RecordingStatus | null;
  declare protected mode: RecordingMode;
  /** Detections are among the ticked kinds. */
  declare protected detects: boolean;
  /** Record only at certain hours. */
  declare protected limited: boolean;
  protected override readonly testId = 'recording-dialog';

  constructor() {
    super();
    this.camera = null;
    this.settings = null;
    this.motion = null;
    this.watched = false;
    this.status = null;
    this.mode = 'off';
    this.detects = false;
    this.limited = false;
  }

  async showFor(camera: CameraView): Promise<void> {
    const { api } = this.context;
    const params = { cameraId: camera.id };
    this.camera = camera;
    this.settings = null;
    this.show();
    try {
      const [{ settings, status }, motion] = await Promise.all([
        api.call('GET /api/cameras/:cameraId/recording', { params }),
        api.call('GET /api/cameras/:cameraId/motion', { params }),
      ]);
      this.motion = motion;
      this.watched = motion.enabled;
      this.mode = settings.mode;
      this.detects = settings.eventKinds.includes('detection');
      this.limited = settings.schedule.length > 0;
      this.status = status;
      this.settings = settings;
    } catch (error) {
      this.error = errorText(error);
    }
  }

  protected override heading(): string {
    return `Recording settings for “${this.camera?.name ?? ''}”`;
  }

  protected override fields(): TemplateResult {
    const { settings, mode } = this;
    if (!settings) return html`<p class="quiet">Loading…</p>`;
    return html`
      <wa-select
        label="Recording mode"
        value=${mode}
        data-testid="recording-mode"
        @change=${(event: Event) => (this.mode = valueOf(event) as RecordingMode)}
      >
        <wa-option value="off">Off</wa-option>
        <wa-option value="continuous">Continuous</wa-option>
        <wa-option value="events">Events only</wa-option>
      </wa-select>
      ${this.#motion()} ${mode === 'off' ? nothing : this.#details(settings)} ${this.#room()}
    `;
  }

  protected override async submit(form: FormData): Promise<void> {
    if (!this.camera || !this.settings) return;
    if (this.mode === 'events' && !form.has('kind')) throw new Error('Select at least one event type.');
    const number = (name: string, fallback: number): number =>
      form.has(name) ? Number(textOf(form, name)) : fallback;
    const [window] = this.settings.schedule;
    const share = textOf(form, 'share');
    const settings: RecordingSettings = {
      ...this.settings,
      mode: this.mode,
      fps: number('fps', this.settings.fps),
      bitrateBps: Math.round(number('megabits', this.settings.bitrateBps / 1e6) * 1e6),
      preRollSeconds: number('preRoll', this.settings.preRollSeconds),
      postRollSeconds: number('postRoll', this.settings.postRollSeconds),
      ...(form.has('share') && { quotaBytes: share === '' ? null : Math.round(Number(share) * 1e9) }),
      ...(this.mode === 'events' && {
        protectEvents: form.has('protectEvents'),
        eventKinds: form.getAll('kind').map(String) as RecordedKind[],
        labels: labelsOf(form, this.settings.labels),
      }),
    };
    if (this.mode !== 'off')
      settings.schedule = this.limited
        ? [{ days: window?.days ?? EVERY_DAY, from: textOf(form, 'from'), to: textOf(form, 'to') }]
        : [];
    const { api } = this.context;
    const params = { cameraId: this.camera.id };
    await api.call('PUT /api/cameras/:cameraId/recording', { params, body: settings });
    if (!this.motion) return;
    const motion = { ...this.motion, enabled: this.watched };
    await api.call('PUT /api/cameras/:cameraId/motion', { params, body: motion });
  }

  #motion(): TemplateResult {
    return html`
      <wa-checkbox
        ?checked=${this.watched}
        data-testid="watch-motion"
        @change=${(event: Event) => (this.watched = checkedOf(event))}
        >Detect motion</wa-checkbox
      >
      ${
        this.watched
          ? html`<p class="quiet">
              Set zones and sensitivity under
              <a
                href=${routePath({ page: 'motion', cameraId: this.camera?.id ?? '' })}
                data-testid="set-up-motion"
                >Motion detection</a
              >.
            </p>`
          : nothing
      }
    `;
  }

  #details(settings: RecordingSettings): TemplateResult {
    const [window] = settings.schedule;
    return html`
      ${
        this.mode === 'events'
          ? html`${this.#recordedEvents(settings)}
              ${numberField('preRoll', 'Seconds before the event', settings.preRollSeconds, 0, 30)}
              ${numberField('postRoll', 'Seconds after the event', settings.postRollSeconds, 0, 300)}
              <wa-checkbox name="protectEvents" ?checked=${settings.protectEvents}
                >Protect event recordings from automatic deletion</wa-checkbox
              >`
          : nothing
      }
      <wa-checkbox ?checked=${this.limited} @change=${(event: Event) => (this.limited = checkedOf(event))}
        >Record only at certain hours</wa-checkbox
      >
      ${
        this.limited
          ? html`<wa-input
                name="from"
                type="time"
                label="From"
                required
                value=${window?.from ?? '22:00'}
              ></wa-input>
              <wa-input name="to" type="time" label="To" required value=${window?.to ?? '06:00'}></wa-input>
              <vigie-site-zone .context=${this.context}></vigie-site-zone>`
          : nothing
      }
      ${numberField('fps', 'Frame rate without viewers (fps)', settings.fps, 1, 30)}
      ${numberField('megabits', 'Bitrate (Mbit/s)', settings.bitrateBps / 1e6, 0.1, 6, 0.1)}
      <wa-input
        name="share"
        type="number"
        min="0.1"
        step="0.1"
        label="Storage limit (GB)"
        hint="For this camera only. Leave empty for no limit."
        value=${settings.quotaBytes === null ? '' : String(settings.quotaBytes / 1e9)}
      ></wa-input>
    `;
  }

  #recordedEvents({ eventKinds, labels }: RecordingSettings): TemplateResult {
    const options = RECORDED_KINDS.map((kind) => ({
      value: kind,
      label: EVENT_KINDS[kind],
      checked: eventKinds.includes(kind),
    }));
    return html`<fieldset @change=${(event: Event) => (this.detects = detectsAfter(event) ?? this.detects)}>
        <legend>Events</legend>
        ${checkboxList('kind', 'recorded-kind', options)}
      </fieldset>
      ${this.detects ? labelsField(labels) : nothing}`;
  }

  #room(): TemplateResult | typeof nothing {
    const { status } = this;
    if (!status) return nothing;
    return html`${errorCallout(alarmText(status), 'recording-problem')}
      <p class="quiet" data-testid="recording-space">
        All recordings use ${bytesText(status.usedBytes)} of ${bytesText(status.quotaBytes)}. The oldest are
        deleted first.
      </p>`;
  }
}

function numberField(
  name: string,
  label: string,
  value: number,
  min: number,
  max: number,
  step = 1,
): TemplateResult {
  return html`<wa-input
    name=${name}
    type="number"
    label=${label}
    min=${min}
    max=${max}
    step=${step}
    required
    value=${String(value)}
    data-testid="recording-${name}"
  ></wa-input>`;
}

customElements.define('vigie-recording-dialog', RecordingDialog);
