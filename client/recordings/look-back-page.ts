/** Recordings of several cameras together: one moment for all, one timeline for each. */

import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import '@awesome.me/webawesome/dist/components/button/button.js';
import { monotonicMs, wallMs } from '../clock.ts';
import type { CameraView } from '../../server/wire/camera.ts';
import { isAdministrator, type AppContext } from '../app-context.ts';
import { Playlist } from './playlist.ts';
import { playbackControls, playbackControlsStyles, playbackShortcuts } from './playback-controls.ts';
import { nextMomentOf, StepClock } from './step-clock.ts';
import { TimeScale } from './time-scale.ts';
import { rangeQuery, Timelines } from './timelines.ts';
import './vigie-recording-storage.ts';
import './vigie-removed-cameras.ts';
import './vigie-step-player.ts';
import './vigie-timeline.ts';
import type { Selection } from './vigie-timeline.ts';
import { routePath } from '../routing/routes.ts';
import '../site/vigie-site-zone.ts';
import { errorCallout } from '../ui/error-callout.ts';
import { pageHeader, pageHeaderStyles } from '../ui/page-header.ts';
import { sharedStyles } from '../ui/shared-styles.ts';
import { listen } from '../ui/listen.ts';
import { lookBackPageStyles } from './look-back-page.styles.ts';

const REFRESH_MS = 10_000;
const SPEEDS = [0.5, 1, 2, 4, 8];
/** More than these side by side are too small to see anything in, and too much for a phone. */
const MAX_TOGETHER = 9;
/** The longest wait for a segment that does not load; the others continue. */
const MAX_WAIT_MS = 3_000;
/** How often the playhead is redrawn while it runs. */
const DRAW_MS = 100;

export class LookBackPage extends LitElement {
  static override styles = [sharedStyles, pageHeaderStyles, playbackControlsStyles, lookBackPageStyles];
  static override properties = {
    context: { attribute: false },
    scale: { state: true },
    chosenIds: { state: true },
    playheadMs: { state: true },
  };
  declare context: AppContext;
  declare protected scale: TimeScale;
  /** Null: the first ones, until others are chosen. */
  declare protected chosenIds: ReadonlySet<string> | null;
  /** Null before a moment was chosen. */
  declare protected playheadMs: number | null;
  readonly #clock = new StepClock(wallMs(), monotonicMs());
  readonly #timelines = new Timelines((cameraId, fromMs, toMs) =>
    this.context.api.call('GET /api/cameras/:cameraId/timeline', {
      params: { cameraId },
      query: rangeQuery(fromMs, toMs),
    }),
  );
  #refresh: ReturnType<typeof setInterval> | undefined;
  #frame: number | undefined;
  #drawnAtMs = 0;
  #waitsSinceMs: number | undefined;
  #loadedIds = '';

  constructor() {
    super();
    this.chosenIds = null;
    this.playheadMs = null;
    playbackShortcuts(
      this,
      () => this.#play(!this.#clock.playing),
      (ms) => this.playheadMs !== null && this.#seek(this.playheadMs + ms),
    );
    listen(this, (update) => this.context.live.cameras.on('change', update));
    listen(this, (update) => this.context.siteZone.on('change', update));
    listen(this, (update) => this.#timelines.on('change', update));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#refresh = setInterval(() => void this.#load(), REFRESH_MS);
    this.#frame = requestAnimationFrame(this.#step);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#refresh);
    cancelAnimationFrame(this.#frame ?? 0);
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (!this.hasUpdated) this.scale = TimeScale.lately(this.context.live.clock.nowMs());
    const ids = this.#cameras()
      .map(({ id }) => id)
      .join();
    if (changed.has('scale') || ids !== this.#loadedIds) void this.#load();
    this.#loadedIds = ids;
  }

  protected override render(): TemplateResult {
    const cameras = this.#cameras();
    const all = this.context.live.cameras.with('lookBack');
    return html`
      ${pageHeader({
        title: 'Recordings',
        testId: 'look-back-title',
        intro:
          all.length > MAX_TOGETHER
            ? html`<span data-testid="together"
                >${cameras.length} of ${all.length} cameras; at most ${MAX_TOGETHER} together</span
              >`
            : undefined,
        actions: all.map((camera) => this.#choice(camera, cameras)),
      })}
      ${errorCallout(this.#timelines.error, 'look-back-error')}
      ${cameras.length === 0 ? html`<p class="empty card quiet">Select a camera above.</p>` : nothing}
      <div class="players ${cameras.length === 1 ? 'one' : ''}">
        ${repeat(
          cameras,
          ({ id }) => id,
          ({ id, name }) =>
            html`<vigie-step-player
              data-camera-id=${id}
              .cameraId=${id}
              .name=${name}
              .segments=${this.#timelines.of(id)?.segments ?? []}
              .gaps=${this.#timelines.of(id)?.gaps ?? []}
            ></vigie-step-player>`,
        )}
      </div>
      ${cameras.length > 0 ? this.#controls() : nothing}
      ${repeat(
        cameras,
        ({ id }) => id,
        (camera) => this.#row(camera),
      )}
      <vigie-site-zone of="times" .context=${this.context}></vigie-site-zone>
      ${
        isAdministrator(this.context.session.user)
          ? html`<vigie-recording-storage .context=${this.context}></vigie-recording-storage>`
          : nothing
      }
      <vigie-removed-cameras .context=${this.context}></vigie-removed-cameras>
    `;
  }

  #choice({ id, name }: CameraView, shown: readonly CameraView[]): TemplateResult {
    const isShown = shown.some((camera) => camera.id === id);
    return html`<wa-button
      size="s"
      appearance=${isShown ? 'filled' : 'outlined'}
      aria-pressed=${isShown}
      ?disabled=${!isShown && shown.length >= MAX_TOGETHER}
      data-testid="choose-camera"
      @click=${() => this.#toggle(id)}
      >${name}</wa-button
    >`;
  }

  #controls(): TemplateResult {
    const { playing, speed } = this.#clock;
    return playbackControls({
      playing,
      onPlay: (play) => this.#play(play),
      playheadMs: this.playheadMs,
      time: this.context.siteZone.time,
      speed,
      speeds: SPEEDS,
      onSpeed: (next) => {
        this.#clock.setSpeed(next, monotonicMs());
        this.requestUpdate();
      },
      onZoom: (factor) => this.#zoom(factor),
    });
  }

  #row({ id, name }: CameraView): TemplateResult {
    return html`<section class="row">
      <h2><a href=${routePath({ page: 'recordings', cameraId: id })}>${name}</a></h2>
      <vigie-timeline
        data-camera-id=${id}
        .cameraId=${id}
        .timeline=${this.#timelines.of(id)}
        .scale=${this.scale}
        .now=${() => this.context.live.clock.nowMs()}
        .time=${this.context.siteZone.time}
        .playheadMs=${this.playheadMs}
        @vigie-seek=${({ detail }: CustomEvent<{ ms: number }>) => this.#seek(detail.ms)}
        @vigie-range=${({ detail }: CustomEvent<Selection>) => (this.scale = new TimeScale(detail.fromMs, detail.toMs))}
      ></vigie-timeline>
    </section>`;
  }

  #cameras(): CameraView[] {
    return this.context.live.cameras
      .with('lookBack')
      .filter(({ id }) => this.chosenIds?.has(id) ?? true)
      .slice(0, MAX_TOGETHER);
  }

  #toggle(cameraId: string): void {
    const chosen = new Set(this.#cameras().map(({ id }) => id));
    if (!chosen.delete(cameraId)) chosen.add(cameraId);
    this.chosenIds = chosen;
  }

  #load(): Promise<void> {
    const ids = this.#cameras().map(({ id }) => id);
    return this.#timelines.load(ids, this.scale.fromMs, this.scale.toMs);
  }

  #seek(ms: number): void {
    this.playheadMs = ms;
    this.#clock.seek(ms, monotonicMs());
    this.#play(true);
  }

  #play(playing: boolean): void {
    const now = monotonicMs();
    // From the beginning of what is shown, where no moment was chosen yet.
    if (playing && this.playheadMs === null) this.#clock.seek(this.scale.fromMs, now);
    this.#clock.setPlaying(playing, now);
    this.requestUpdate();
  }

  #zoom(factor: number): void {
    this.scale = this.scale.zoomed(factor, this.playheadMs ?? this.scale.moment(0.5));
  }

  readonly #step = (): void => {
    this.#frame = requestAnimationFrame(this.#step);
    const now = monotonicMs();
    if (this.playheadMs === null && !this.#clock.playing) return;
    if (this.#clock.playing) this.#skipToSegment(now);
    const { playing, speed } = this.#clock;
    const momentMs = this.#clock.momentMs(now);
    const players = [...this.renderRoot.querySelectorAll('vigie-step-player')];
    const ready = players.map((player) => player.follow(momentMs, playing, speed)).every(Boolean);
    this.#waitsSinceMs = ready ? undefined : (this.#waitsSinceMs ?? now);
    this.#clock.hold(this.#waitsSinceMs !== undefined && now - this.#waitsSinceMs < MAX_WAIT_MS, now);
    if (now - this.#drawnAtMs < DRAW_MS) return;
    this.#drawnAtMs = now;
    if (momentMs === this.playheadMs) return;
    this.playheadMs = momentMs;
    if (playing) this.scale = this.scale.showing(momentMs);
  };

  /** Skips time in which no camera has a recording. */
  #skipToSegment(now: number): void {
    const momentMs = this.#clock.momentMs(now);
    const playlists = this.#cameras().map(({ id }) => new Playlist(this.#timelines.of(id)?.segments ?? []));
    const next = nextMomentOf(playlists, momentMs);
    if (next === undefined) this.#play(false);
    else if (next > momentMs) this.#clock.seek(next, now);
  }
}

customElements.define('vigie-look-back-page', LookBackPage);
