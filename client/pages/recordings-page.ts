/** Looking back: a camera's recordings on a timeline, played, and stretches of them taken away, protected or deleted. */

import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { createRef, ref } from 'lit/directives/ref.js';
import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/callout/callout.js';
import '@awesome.me/webawesome/dist/components/option/option.js';
import '@awesome.me/webawesome/dist/components/select/select.js';
import type { RecordedSegment, Timeline } from '../../server/wire/recording.ts';
import { errorText } from '../api-error.ts';
import { isAdministrator, type AppContext } from '../app-context.ts';
import '../dialogs/confirm-dialog.ts';
import type { ConfirmDialog } from '../dialogs/confirm-dialog.ts';
import '../dialogs/recording-dialog.ts';
import type { RecordingDialog } from '../dialogs/recording-dialog.ts';
import { bytesText, momentText } from '../recordings/recording-words.ts';
import { TimeScale } from '../recordings/time-scale.ts';
import '../recordings/vigie-recording-player.ts';
import type { VigieRecordingPlayer } from '../recordings/vigie-recording-player.ts';
import '../recordings/vigie-timeline.ts';
import type { Selection } from '../recordings/vigie-timeline.ts';
import { routePath } from '../routes.ts';
import { sharedStyles } from '../style/shared-styles.ts';
import { listen } from '../ui/listen.ts';
import { recordingsPageStyles } from './recordings-page.styles.ts';

const HOUR_MS = 3_600_000;
/** While nothing is asked for, what has been recorded meanwhile is looked up this often. */
const REFRESH_MS = 10_000;
const SPEEDS = [0.25, 0.5, 1, 2, 4, 8];

export class RecordingsPage extends LitElement {
  static override styles = [sharedStyles, recordingsPageStyles];
  static override properties = {
    context: { attribute: false },
    cameraId: {},
    scale: { state: true },
    timeline: { state: true },
    playheadMs: { state: true },
    selection: { state: true },
    speed: { state: true },
    error: { state: true },
    preparing: { state: true },
  };
  declare context: AppContext;
  declare cameraId: string;
  declare protected scale: TimeScale;
  declare protected timeline: Timeline | null;
  declare protected playheadMs: number | null;
  declare protected selection: Selection | null;
  declare protected speed: number;
  declare protected error: string | null;
  /** A download is being made ready. */
  declare protected preparing: boolean;
  readonly #player = createRef<VigieRecordingPlayer>();
  readonly #settings = createRef<RecordingDialog>();
  readonly #confirm = createRef<ConfirmDialog>();
  #refresh: ReturnType<typeof setInterval> | undefined;
  /** The newest question; an older one's answer comes too late. */
  #asked = 0;

  constructor() {
    super();
    this.scale = new TimeScale(Date.now() - 2 * HOUR_MS, Date.now() + HOUR_MS / 12);
    this.timeline = null;
    this.playheadMs = null;
    this.selection = null;
    this.speed = 1;
    this.error = null;
    this.preparing = false;
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

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('cameraId') || changed.has('scale')) void this.#load();
  }

  protected override render(): TemplateResult {
    const camera = this.context.live.cameras.find(this.cameraId);
    const administrator = isAdministrator(this.context.session.user);
    return html`
      <header>
        <a
          class="back"
          href=${routePath({ page: 'camera', cameraId: this.cameraId })}
          aria-label="Live picture"
          ><wa-icon name="arrow-left"></wa-icon
        ></a>
        <h1 tabindex="-1" data-testid="recordings-title">${camera?.name ?? 'Camera'}: recordings</h1>
        ${
          administrator && camera
            ? html`<wa-button
                size="s"
                appearance="outlined"
                data-testid="recording-settings"
                @click=${() => void this.#settings.value?.showFor(camera)}
                >What to record</wa-button
              >`
            : nothing
        }
      </header>
      ${this.error ? html`<wa-callout variant="danger" size="s" role="alert">${this.error}</wa-callout>` : nothing}
      <vigie-recording-player
        camera-id=${this.cameraId}
        .cameraId=${this.cameraId}
        .segments=${this.timeline?.segments ?? []}
        .speed=${this.speed}
        @vigie-time=${({ detail }: CustomEvent<{ ms: number }>) => this.#onTime(detail.ms)}
        @vigie-state=${() => this.requestUpdate()}
        ${ref(this.#player)}
      ></vigie-recording-player>
      ${this.#controls()}
      <vigie-timeline
        .timeline=${this.timeline}
        .scale=${this.scale}
        .playheadMs=${this.playheadMs}
        .selection=${this.selection}
        @vigie-seek=${({ detail }: CustomEvent<{ ms: number }>) => this.#seek(detail.ms)}
        @vigie-range=${({ detail }: CustomEvent<Selection>) => (this.scale = new TimeScale(detail.fromMs, detail.toMs))}
        @vigie-select=${({ detail }: CustomEvent<Selection>) => (this.selection = detail)}
      ></vigie-timeline>
      ${this.#selectionBar(administrator)} ${this.#emptyHint(administrator)}
      <vigie-recording-dialog .context=${this.context} ${ref(this.#settings)}></vigie-recording-dialog>
      <vigie-confirm-dialog .context=${this.context} ${ref(this.#confirm)}></vigie-confirm-dialog>
    `;
  }

  #controls(): TemplateResult {
    const playing = this.#player.value?.playing ?? false;
    const player = this.#player.value;
    return html`<div class="controls">
      ${this.#button('step-back', 'One picture back', 'backward-step', () => player?.step(-1))}
      ${this.#button('play', playing ? 'Pause' : 'Play', playing ? 'pause' : 'play', () => (playing ? player?.pause() : this.#play()))}
      ${this.#button('step-on', 'One picture on', 'forward-step', () => player?.step(1))}
      <span class="moment" data-testid="moment"
        >${this.playheadMs === null ? 'Choose a moment below' : momentText(this.playheadMs)}</span
      >
      <wa-select
        size="s"
        aria-label="Speed"
        value=${String(this.speed)}
        data-testid="speed"
        @change=${(event: Event) => (this.speed = Number((event.target as HTMLElement & { value: string }).value))}
      >
        ${SPEEDS.map((speed) => html`<wa-option value=${String(speed)}>${speed}×</wa-option>`)}
      </wa-select>
      ${this.#button('zoom-in', 'Less time', 'plus', () => this.#zoom(0.4))}
      ${this.#button('zoom-out', 'More time', 'minus', () => this.#zoom(2.5))}
    </div>`;
  }

  #button(testId: string, label: string, icon: string, onClick: () => void): TemplateResult {
    return html`<wa-button size="s" appearance="plain" title=${label} data-testid=${testId} @click=${onClick}
      ><wa-icon name=${icon} label=${label}></wa-icon
    ></wa-button>`;
  }

  #selectionBar(administrator: boolean): TemplateResult {
    const { selection, playheadMs } = this;
    if (!selection)
      return html`<div class="selection">
        <wa-button
          size="s"
          appearance="outlined"
          ?disabled=${playheadMs === null}
          data-testid="mark-from"
          @click=${() => this.#mark()}
          >Mark a stretch from here</wa-button
        >
      </div>`;
    const films = this.#selected();
    const bytes = films.reduce((sum, film) => sum + film.bytes, 0);
    return html`<div class="selection" data-testid="selection">
      <span class="words"
        >${momentText(selection.fromMs)} – ${momentText(selection.toMs)} · ${bytesText(bytes)}</span
      >
      <wa-button
        size="s"
        appearance="outlined"
        ?disabled=${playheadMs === null}
        data-testid="mark-to"
        @click=${() => this.#markTo()}
        >To here</wa-button
      >
      <wa-button
        size="s"
        variant="brand"
        ?loading=${this.preparing}
        ?disabled=${films.length === 0}
        data-testid="download"
        @click=${() => void this.#download(selection)}
        >Download</wa-button
      >
      ${
        administrator
          ? html`<wa-button
                size="s"
                appearance="outlined"
                data-testid="protect"
                @click=${() => void this.#protect(films)}
                >${films.every((film) => film.protected) && films.length > 0 ? 'No longer protect' : 'Protect'}</wa-button
              >
              <wa-button
                size="s"
                appearance="outlined"
                variant="danger"
                data-testid="delete"
                @click=${() => this.#askToDelete(films)}
                >Delete</wa-button
              >`
          : nothing
      }
      <wa-button size="s" appearance="plain" data-testid="unmark" @click=${() => (this.selection = null)}
        >Unmark</wa-button
      >
    </div>`;
  }

  #emptyHint(administrator: boolean): TemplateResult | typeof nothing {
    const { timeline } = this;
    if (!timeline || timeline.segments.length > 0 || timeline.gaps.length > 0) return nothing;
    return html`<p class="quiet empty" data-testid="nothing-recorded">
      Nothing was recorded in this time.
      ${administrator ? 'With “What to record” you decide what this camera records.' : ''}
    </p>`;
  }

  async #load(): Promise<void> {
    const asked = ++this.#asked;
    const { fromMs, toMs, spanMs } = this.scale;
    try {
      // A little more than is shown, so that moving it finds something there.
      const timeline = await this.context.api.timeline(this.cameraId, fromMs - spanMs / 2, toMs + spanMs / 2);
      if (asked !== this.#asked) return;
      this.timeline = timeline;
      this.error = null;
    } catch (error) {
      if (asked === this.#asked) this.error = errorText(error);
    }
  }

  #seek(ms: number): void {
    this.playheadMs = ms;
    if (this.#player.value?.seek(ms)) this.#player.value.play();
  }

  #play(): void {
    const player = this.#player.value;
    if (!player) return;
    if (player.momentMs === undefined && this.timeline?.segments[0])
      this.#seek(this.timeline.segments[0].startMs);
    else player.play();
  }

  #onTime(ms: number): void {
    this.playheadMs = ms;
    this.scale = this.scale.showing(ms);
  }

  #zoom(factor: number): void {
    this.scale = this.scale.zoomed(factor, this.playheadMs ?? this.scale.moment(0.5));
  }

  #mark(): void {
    if (this.playheadMs !== null)
      this.selection = { fromMs: this.playheadMs, toMs: this.playheadMs + 60_000 };
  }

  #markTo(): void {
    if (!this.selection || this.playheadMs === null) return;
    const [fromMs = 0, toMs = 0] = [this.selection.fromMs, this.playheadMs].toSorted((a, b) => a - b);
    this.selection = { fromMs, toMs };
  }

  #selected(): RecordedSegment[] {
    const { selection } = this;
    if (!selection) return [];
    return (this.timeline?.segments ?? []).filter(
      ({ startMs, endMs }) => endMs >= selection.fromMs && startMs <= selection.toMs,
    );
  }

  async #download({ fromMs, toMs }: Selection): Promise<void> {
    this.preparing = true;
    this.error = null;
    try {
      await this.context.api.downloadRecording(this.cameraId, Math.floor(fromMs), Math.ceil(toMs));
    } catch (error) {
      this.error = errorText(error);
    } finally {
      this.preparing = false;
    }
  }

  async #protect(films: readonly RecordedSegment[]): Promise<void> {
    const protect = !films.every((film) => film.protected);
    try {
      for (const { id } of films) await this.context.api.protectRecording(this.cameraId, id, protect);
    } catch (error) {
      this.error = errorText(error);
    }
    await this.#load();
  }

  #askToDelete(films: readonly RecordedSegment[]): void {
    const whole = films.filter(({ open }) => !open);
    this.#confirm.value?.ask({
      heading: 'Delete these recordings?',
      text: `${whole.length === 1 ? 'One recording' : `${whole.length} recordings`}, each up to a minute long, as a whole. This cannot be undone.`,
      action: 'Delete',
      run: async () => {
        for (const { id } of whole) await this.context.api.removeRecording(this.cameraId, id);
        this.selection = null;
        await this.#load();
      },
    });
  }
}

customElements.define('vigie-recordings-page', RecordingsPage);
