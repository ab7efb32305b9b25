/** A camera's recordings on a timeline: playback, and ranges to download, protect or delete. */

import { LitElement, html, type PropertyValues, type TemplateResult } from 'lit';
import { createRef, ref } from 'lit/directives/ref.js';
import '@awesome.me/webawesome/dist/components/button/button.js';
import type { EventView } from '../../server/wire/event.ts';
import type { Timeline } from '../../server/wire/recording.ts';
import { errorText } from '../http/api-error.ts';
import { isAdministrator, type AppContext } from '../app-context.ts';
import { mergeEvents } from '../events/event-feed.ts';
import { cameraPast } from './camera-past.ts';
import './recording-dialog.ts';
import type { RecordingDialog } from './recording-dialog.ts';
import { emptyHint, frozenHint } from './recording-hints.ts';
import { eventsOf, LEAD_MS, nextEvent } from './event-jumps.ts';
import {
  playbackControls,
  playbackControlsStyles,
  playbackShortcuts,
  stepButtons,
} from './playback-controls.ts';
import { RemovedCameras } from './removed-cameras.ts';
import { TimeScale } from './time-scale.ts';
import './vigie-recording-player.ts';
import type { VigieRecordingPlayer } from './vigie-recording-player.ts';
import './vigie-selection-bar.ts';
import './vigie-timeline.ts';
import type { Selection } from './vigie-timeline.ts';
import { cameraTabs, cameraTabsStyles } from '../routing/camera-tabs.ts';
import { routePath } from '../routing/routes.ts';
import '../site/vigie-site-zone.ts';
import { errorCallout } from '../ui/error-callout.ts';
import { pageHeader, pageHeaderStyles } from '../ui/page-header.ts';
import { sharedStyles } from '../ui/shared-styles.ts';
import { listen } from '../ui/listen.ts';
import { recordingsPageStyles } from './recordings-page.styles.ts';

const HOUR_MS = 3_600_000;
/** Interval at which new recordings are requested while the user does nothing. */
const REFRESH_MS = 10_000;
const SPEEDS = [0.25, 0.5, 1, 2, 4, 8];

export class RecordingsPage extends LitElement {
  static override styles = [
    sharedStyles,
    pageHeaderStyles,
    cameraTabsStyles,
    playbackControlsStyles,
    recordingsPageStyles,
  ];
  static override properties = {
    context: { attribute: false },
    cameraId: {},
    atMs: { attribute: false },
    scale: { state: true },
    timeline: { state: true },
    playheadMs: { state: true },
    selection: { state: true },
    speed: { state: true },
    error: { state: true },
    events: { state: true },
  };
  declare context: AppContext;
  declare cameraId: string;
  /** The moment to begin with, ms since the Unix epoch. */
  declare atMs: number | undefined;
  declare protected scale: TimeScale;
  declare protected timeline: Timeline | null;
  declare protected playheadMs: number | null;
  declare protected selection: Selection | null;
  declare protected speed: number;
  declare protected error: string | null;
  declare protected events: readonly EventView[];
  readonly #removed = new RemovedCameras(this, () => this.context.api);
  readonly #player = createRef<VigieRecordingPlayer>();
  readonly #settings = createRef<RecordingDialog>();
  /** To be played from as soon as its segments are known. */
  #awaitedMs: number | undefined;
  #refresh: ReturnType<typeof setInterval> | undefined;
  /** The newest request; responses to older ones are ignored. */
  #asked = 0;
  /** Whether that asked for events too. */
  #askedEvents = false;

  constructor() {
    super();
    this.timeline = null;
    this.playheadMs = null;
    this.selection = null;
    this.speed = 1;
    this.error = null;
    this.events = [];
    playbackShortcuts(
      this,
      () => (this.#player.value?.playing ? this.#player.value.pause() : this.#play()),
      (ms) => this.playheadMs !== null && this.#seek(this.playheadMs + ms),
    );
    listen(this, (update) => this.context.live.cameras.on('change', update));
    listen(this, (update) => this.context.siteZone.on('change', update));
    listen(this, () =>
      this.context.live.signaling.on('event', (event) => {
        if (event.cameraId === this.cameraId) this.events = mergeEvents(this.events, [event]);
      }),
    );
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
    if (!this.hasUpdated) this.scale = TimeScale.lately(this.context.live.clock.nowMs());
    if (changed.has('cameraId')) this.events = [];
    if (changed.has('atMs') && this.atMs !== undefined) this.#showMoment(this.atMs - LEAD_MS);
    const gainedEvents =
      this.#mayEvents && !this.#askedEvents && this.context.live.cameras.may('lookBack', this.cameraId);
    if (changed.has('cameraId') || changed.has('scale') || gainedEvents) void this.#load();
  }

  protected override render(): TemplateResult {
    const camera = this.context.live.cameras.find(this.cameraId);
    const removed = camera ? undefined : this.#removed.find(this.cameraId);
    const administrator = isAdministrator(this.context.session.user);
    return html`
      ${pageHeader({
        title: `${(camera ?? removed)?.name ?? 'Camera'}: recordings`,
        testId: 'recordings-title',
        intro: removed ? 'This camera was removed. Its recordings are kept.' : undefined,
        back: removed
          ? { href: routePath({ page: 'lookBack' }), label: 'All recordings' }
          : { href: routePath({ page: 'camera', cameraId: this.cameraId }), label: 'Live view' },
        actions:
          administrator && camera
            ? html`<wa-button
                size="s"
                appearance="outlined"
                data-testid="recording-settings"
                @click=${() => void this.#settings.value?.showFor(camera)}
                >Recording settings</wa-button
              >`
            : undefined,
      })}
      ${cameraTabs(camera, 'recordings')} ${errorCallout(this.error, 'recordings-error')}
      <vigie-recording-player
        camera-id=${this.cameraId}
        .cameraId=${this.cameraId}
        .segments=${this.timeline?.segments ?? []}
        .speed=${this.speed}
        @vigie-time=${({ detail }: CustomEvent<{ ms: number }>) => this.#onTime(detail.ms)}
        @vigie-state=${() => this.requestUpdate()}
        @vigie-edge=${() => void this.#load()}
        ${ref(this.#player)}
      ></vigie-recording-player>
      ${frozenHint(this.timeline?.gaps, this.playheadMs)} ${this.#controls()}
      <vigie-timeline
        .cameraId=${this.cameraId}
        .timeline=${this.timeline}
        .events=${this.events}
        .scale=${this.scale}
        .now=${() => this.context.live.clock.nowMs()}
        .time=${this.context.siteZone.time}
        .playheadMs=${this.playheadMs}
        .selection=${this.selection}
        @vigie-seek=${({ detail }: CustomEvent<{ ms: number }>) => this.#seek(detail.ms)}
        @vigie-range=${({ detail }: CustomEvent<Selection>) => (this.scale = new TimeScale(detail.fromMs, detail.toMs))}
        @vigie-select=${({ detail }: CustomEvent<Selection>) => (this.selection = detail)}
      ></vigie-timeline>
      <vigie-selection-bar
        .context=${this.context}
        .cameraId=${this.cameraId}
        .segments=${this.timeline?.segments ?? []}
        .selection=${this.selection}
        .playheadMs=${this.playheadMs}
        @vigie-select=${({ detail }: CustomEvent<Selection | null>) => (this.selection = detail)}
        @vigie-changed=${() => void this.#load()}
      ></vigie-selection-bar>
      <vigie-site-zone of="times" .context=${this.context}></vigie-site-zone>
      ${emptyHint(this.timeline, administrator && !this.#removed.find(this.cameraId))}
      <vigie-recording-dialog .context=${this.context} ${ref(this.#settings)}></vigie-recording-dialog>
    `;
  }

  #controls(): TemplateResult {
    const player = this.#player.value;
    return playbackControls({
      playing: player?.playing ?? false,
      onPlay: (playing) => (playing ? this.#play() : player?.pause()),
      ...stepButtons((by) => player?.step(by), this.#mayEvents && ((by) => void this.#jump(by))),
      playheadMs: this.playheadMs,
      time: this.context.siteZone.time,
      speed: this.speed,
      speeds: SPEEDS,
      onSpeed: (speed) => (this.speed = speed),
      onZoom: (factor) => (this.scale = this.scale.zoomed(factor, this.playheadMs ?? this.scale.moment(0.5))),
    });
  }

  get #mayEvents(): boolean {
    return this.context.live.cameras.may('events', this.cameraId);
  }

  async #load(): Promise<void> {
    const asked = ++this.#asked;
    this.#askedEvents = this.#mayEvents;
    try {
      const { timeline, events } = await cameraPast(
        this.context.api,
        this.cameraId,
        this.scale,
        this.#mayEvents,
      );
      if (asked !== this.#asked) return;
      this.timeline = timeline;
      this.events = events;
      this.error = null;
      this.#playAwaited();
    } catch (error) {
      if (asked === this.#asked) this.error = errorText(error);
    }
  }

  /** Brings a moment into view, and plays from it once what was recorded around it is known. */
  #showMoment(ms: number): void {
    const half = Math.min(this.scale.spanMs, HOUR_MS) / 2;
    this.scale = new TimeScale(ms - half, ms + half);
    this.playheadMs = ms;
    this.#awaitedMs = ms;
  }

  #playAwaited(): void {
    const ms = this.#awaitedMs;
    this.#awaitedMs = undefined;
    if (ms === undefined) return;
    // With the segments that have just come.
    void this.updateComplete.then(() => this.#seek(ms, true));
  }

  async #jump(direction: 1 | -1): Promise<void> {
    try {
      const shownMs = this.playheadMs ?? this.context.live.clock.nowMs();
      const event = await nextEvent(eventsOf(this.context.api, this.cameraId), shownMs, direction);
      if (event) this.#showMoment(event.startedAtMs - LEAD_MS);
      else this.error = `There are no ${direction === 1 ? 'later' : 'earlier'} events.`;
    } catch (error) {
      this.error = errorText(error);
    }
  }

  /** @param known there is nothing newer to request */
  #seek(ms: number, known = false): void {
    this.playheadMs = ms;
    if (this.#player.value?.seek(ms)) return this.#player.value.play();
    if (known || ms > this.context.live.clock.nowMs()) return;
    // It may have been recorded since the segments were last asked for.
    this.#awaitedMs = ms;
    void this.#load();
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
}

customElements.define('vigie-recordings-page', RecordingsPage);
