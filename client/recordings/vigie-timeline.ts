/**
 * `<vigie-timeline>`: the recordings of a camera, as a timeline. Wheel or pinch zooms from a week to a minute, dragging
 * moves, a click or the arrow keys go to a moment; a stretch is marked with Shift held, or between the two marks.
 *
 * Fires `vigie-seek` {ms}, `vigie-range` {fromMs, toMs} when another stretch of time is in view, `vigie-select` {fromMs, toMs}.
 */

import { LitElement, html, nothing, svg, type TemplateResult } from 'lit';
import { wallMs } from '../clock.ts';
import type { EventView } from '../../server/wire/event.ts';
import type { Timeline } from '../../server/wire/recording.ts';
import { eventText } from '../events/event-text.ts';
import { GAP_WORDS } from './recording-words.ts';
import { ShownTime, deviceTimeZone } from '../dates/shown-time.ts';
import { TimeScale, type Tick } from './time-scale.ts';
import './vigie-preview.ts';
import { TIMELINE_HEIGHT, timelineStyles } from './vigie-timeline.styles.ts';

const BAND_TOP = 26;
const BAND_HEIGHT = 30;
const EVENT_TOP = 59;
const EVENT_HEIGHT = 7;
/** Beyond this distance a press is a drag. */
const DRAG_PIXELS = 4;
const HINT_HALF_WIDTH = 92;
/** A label that would be cut off at the right end is left out. */
const LABEL_WIDTH = 64;
const KEY_STEP_MS = 10_000;

export interface Selection {
  fromMs: number;
  toMs: number;
}

export class VigieTimeline extends LitElement {
  static override styles = timelineStyles;
  static override properties = {
    cameraId: {},
    timeline: { attribute: false },
    events: { attribute: false },
    scale: { attribute: false },
    now: { attribute: false },
    time: { attribute: false },
    playheadMs: { attribute: false },
    selection: { attribute: false },
    hoverX: { state: true },
    width: { state: true },
  };
  /** Cameras whose pictures of the pointed-at moment are shown; empty: none. `now`: the date on the server. */
  declare cameraId: string;
  declare timeline: Timeline | null;
  /** The events, drawn below the segments. */
  declare events: readonly EventView[];
  declare scale: TimeScale;
  declare now: () => number;
  declare time: ShownTime;
  declare playheadMs: number | null;
  declare selection: Selection | null;
  declare protected hoverX: number | null;
  declare protected width: number;
  readonly #resized = new ResizeObserver(([entry]) => (this.width = entry?.contentRect.width ?? 1));
  /** Fingers and buttons that are down: where each was last. */
  readonly #pointers = new Map<number, { startX: number; x: number; dragged: boolean; selecting: boolean }>();

  constructor() {
    super();
    this.cameraId = '';
    this.timeline = null;
    this.events = [];
    this.now = wallMs;
    this.time = new ShownTime(deviceTimeZone());
    this.scale = TimeScale.lately(wallMs());
    this.playheadMs = null;
    this.selection = null;
    this.hoverX = null;
    this.width = 1;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#resized.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resized.disconnect();
  }

  protected override render(): TemplateResult {
    const { fromMs, toMs } = this.scale;
    return html`
      ${this.#hint()}
      <svg
        role="slider"
        tabindex="0"
        aria-label="Recordings"
        aria-valuemin=${Math.round(fromMs)}
        aria-valuemax=${Math.round(toMs)}
        aria-valuenow=${Math.round(this.playheadMs ?? fromMs)}
        aria-valuetext=${this.playheadMs === null ? 'no time selected' : this.time.moment(this.playheadMs)}
        data-testid="timeline"
        @wheel=${this.#onWheel}
        @pointerdown=${this.#onPointerDown}
        @pointermove=${this.#onPointerMove}
        @pointerup=${this.#onPointerUp}
        @pointercancel=${this.#onPointerUp}
        @pointerleave=${() => (this.hoverX = null)}
        @keydown=${this.#onKey}
      >
        ${this.scale.ticks(this.width, this.time.clock).map((tick) => this.#tick(tick))}
        ${this.timeline?.segments.map((segment) =>
          this.#bar(
            `segment ${segment.protected ? 'protected' : ''} ${segment.open ? 'open' : ''}`,
            segment.startMs,
            segment.endMs,
            segment.open ? 'Recording now' : 'Recorded',
          ),
        )}
        ${this.timeline?.gaps.map(({ startMs, endMs, reason }) =>
          this.#bar(`gap ${reason}`, startMs, endMs ?? this.now(), GAP_WORDS[reason]),
        )}
        ${this.events.map((event) =>
          this.#bar(
            `event ${event.kind}`,
            event.startedAtMs,
            event.endedAtMs ?? this.now(),
            this.#whatHappened(event),
            EVENT_TOP,
            EVENT_HEIGHT,
          ),
        )}
        ${this.selection ? this.#bar('selection', this.selection.fromMs, this.selection.toMs, 'Selection', 8, TIMELINE_HEIGHT - 8) : nothing}
        ${this.#playhead()}
      </svg>
    `;
  }

  #x(ms: number): number {
    return this.scale.position(ms) * this.width;
  }

  #bar(
    kind: string,
    fromMs: number,
    toMs: number,
    title: string,
    top = BAND_TOP,
    height = BAND_HEIGHT,
  ): TemplateResult {
    const from = Math.max(-2, this.#x(fromMs));
    const to = Math.min(this.width + 2, this.#x(toMs));
    if (to < 0 || from > this.width) return svg``;
    // Visible, however short it is.
    return svg`<rect class=${kind} x=${from} y=${top} width=${Math.max(1.5, to - from)} height=${height}>
      <title>${title}</title>
    </rect>`;
  }

  #tick({ ms, step }: Tick): TemplateResult {
    const x = this.#x(ms);
    const { hour, minute, second } = this.time.clock.wall(ms);
    const isMidnight = hour === 0 && minute === 0 && second === 0;
    const ofDay = step === 'seconds' ? this.time.second(ms) : this.time.minute(ms);
    const label = step === 'days' || isMidnight ? this.time.dayOfMonth(ms) : ofDay;
    return svg`<line class="tick" x1=${x} x2=${x} y1="0" y2=${TIMELINE_HEIGHT}></line>
      ${x + LABEL_WIDTH > this.width ? nothing : svg`<text x=${x + 4} y="16">${label}</text>`}`;
  }

  #playhead(): TemplateResult | typeof nothing {
    if (this.playheadMs === null) return nothing;
    const x = this.#x(this.playheadMs);
    return svg`<line class="playhead" x1=${x} x2=${x} y1="0" y2=${TIMELINE_HEIGHT}></line>`;
  }

  #hint(): TemplateResult | typeof nothing {
    if (this.hoverX === null) return nothing;
    const ms = this.scale.moment(this.hoverX / this.width);
    const now = this.now();
    const gap = this.timeline?.gaps.find(({ startMs, endMs }) => startMs <= ms && ms <= (endMs ?? now));
    const msOfPixel = this.scale.spanMs / this.width;
    const event = this.events.find(
      ({ startedAtMs, endedAtMs }) =>
        startedAtMs - 3 * msOfPixel <= ms && ms <= (endedAtMs ?? now) + 3 * msOfPixel,
    );
    const x = Math.min(this.width - HINT_HALF_WIDTH, Math.max(HINT_HALF_WIDTH, this.hoverX));
    return html`<div class="hint" .style=${`left: ${x}px`}>
      ${
        this.cameraId
          ? html`<vigie-preview
              .cameraId=${this.cameraId}
              .segments=${this.timeline?.segments ?? []}
              .ms=${ms}
            ></vigie-preview>`
          : nothing
      }
      ${this.time.second(ms)}${event ? ` · ${this.#whatHappened(event)}` : ''}${gap ? ` · ${GAP_WORDS[gap.reason]}` : ''}
    </div>`;
  }

  readonly #onWheel = (event: WheelEvent): void => {
    event.preventDefault();
    const scale = this.scale;
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY))
      this.#show(scale.moved((event.deltaX / this.width) * scale.spanMs));
    else this.#show(scale.zoomed(1.0015 ** event.deltaY, scale.moment(event.offsetX / this.width)));
  };

  readonly #onPointerDown = (event: PointerEvent): void => {
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    const x = this.#offset(event);
    this.#pointers.set(event.pointerId, { startX: x, x, dragged: false, selecting: event.shiftKey });
  };

  readonly #onPointerMove = (event: PointerEvent): void => {
    const x = this.#offset(event);
    const pointer = this.#pointers.get(event.pointerId);
    this.hoverX = x;
    if (!pointer) return;
    const [other] = [...this.#pointers].filter(([id]) => id !== event.pointerId).map(([, each]) => each);
    pointer.dragged ||= Math.abs(x - pointer.startX) > DRAG_PIXELS || other !== undefined;
    if (other) {
      const factor = Math.abs(pointer.x - other.x) / Math.max(1, Math.abs(x - other.x));
      this.#show(this.scale.zoomed(factor, this.scale.moment((x + other.x) / 2 / this.width)));
    } else if (pointer.dragged && pointer.selecting) {
      const [from, to] = [pointer.startX, x].toSorted((a, b) => a - b);
      this.#select(this.scale.moment((from ?? 0) / this.width), this.scale.moment((to ?? 0) / this.width));
    } else if (pointer.dragged) {
      this.#show(this.scale.moved(((pointer.x - x) / this.width) * this.scale.spanMs));
    }
    pointer.x = x;
  };

  readonly #onPointerUp = (event: PointerEvent): void => {
    const pointer = this.#pointers.get(event.pointerId);
    this.#pointers.delete(event.pointerId);
    if (pointer && !pointer.dragged && event.type === 'pointerup')
      this.#seek(this.scale.moment(this.#offset(event) / this.width));
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    const now = this.playheadMs ?? this.scale.moment(0.5);
    const steps: Record<string, () => void> = {
      ArrowLeft: () => this.#seek(now - (event.shiftKey ? 6 : 1) * KEY_STEP_MS),
      ArrowRight: () => this.#seek(now + (event.shiftKey ? 6 : 1) * KEY_STEP_MS),
      '+': () => this.#show(this.scale.zoomed(0.5, now)),
      '-': () => this.#show(this.scale.zoomed(2, now)),
    };
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    step();
  };

  #whatHappened(event: EventView): string {
    const { what, where } = eventText(event, this.now(), this.time);
    return where ? `${what} ${where}` : what;
  }

  #offset(event: PointerEvent): number {
    return event.clientX - this.getBoundingClientRect().left;
  }

  #show(scale: TimeScale): void {
    this.scale = scale;
    const { fromMs, toMs } = scale;
    this.dispatchEvent(new CustomEvent('vigie-range', { detail: { fromMs, toMs } }));
  }

  #seek(ms: number): void {
    this.dispatchEvent(new CustomEvent('vigie-seek', { detail: { ms } }));
  }

  #select(fromMs: number, toMs: number): void {
    this.dispatchEvent(new CustomEvent('vigie-select', { detail: { fromMs, toMs } }));
  }
}

customElements.define('vigie-timeline', VigieTimeline);
