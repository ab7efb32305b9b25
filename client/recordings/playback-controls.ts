/** The parts of a player's controls that both pages of recordings have: the moment shown, the speed, and the zoom. */

import { css, html, type ReactiveControllerHost, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/option/option.js';
import '@awesome.me/webawesome/dist/components/select/select.js';
import type { ShownTime } from '../dates/shown-time.ts';
import { valueOf } from '../ui/field-value.ts';
import { iconButton } from '../ui/icon-button.ts';
import { hiddenLabelStyles } from '../ui/hidden-label.ts';
import { shortcuts } from '../ui/shortcuts.ts';

const ZOOM_IN = 0.4;
const ZOOM_OUT = 2.5;

export interface PlaybackControls {
  playing: boolean;
  onPlay: (playing: boolean) => void;
  /** Buttons around the play button. */
  before?: unknown;
  after?: unknown;
  playheadMs: number | null;
  time: ShownTime;
  speed: number;
  speeds: readonly number[];
  onSpeed: (speed: number) => void;
  /** @param factor below 1 shows less time */
  onZoom: (factor: number) => void;
}

/** The buttons before and after the play button of one camera. @param step by frames @param jump by events; false: not offered */
export function stepButtons(
  step: (by: 1 | -1) => void,
  jump: false | ((by: 1 | -1) => void),
): Pick<PlaybackControls, 'before' | 'after'> {
  return {
    before: button('backward-step', 'Previous frame', 'step-back', () => step(-1)),
    after: [
      button('forward-step', 'Next frame', 'step-on', () => step(1)),
      jump && [
        button('backward-fast', 'Previous event', 'event-before', () => jump(-1)),
        button('forward-fast', 'Next event', 'next-event', () => jump(1)),
      ],
    ],
  };
}

function button(icon: string, label: string, testId: string, onClick: () => void): TemplateResult {
  return iconButton({ icon, label, testId, onClick });
}

/** By an arrow key. */
const SKIP_MS = 10_000;

/** The keys of both pages. @param skip by ms */
export function playbackShortcuts(
  host: ReactiveControllerHost,
  toggle: () => void,
  skip: (ms: number) => void,
): void {
  shortcuts(host, {
    ' ': toggle,
    ArrowLeft: () => skip(-SKIP_MS),
    ArrowRight: () => skip(SKIP_MS),
  });
}

export const playbackControlsStyles = css`
  ${hiddenLabelStyles}
  .controls {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.25rem;
  }
  .controls .moment {
    flex: 1;
    min-width: 7.5rem;
    font-variant-numeric: tabular-nums;
  }
  .controls wa-select {
    width: 5.25rem;
  }
`;

export function playbackControls(controls: PlaybackControls): TemplateResult {
  const { playing, playheadMs, time, speed, speeds, before, after, onPlay, onSpeed, onZoom } = controls;
  return html`<div class="controls">
    ${before}
    ${iconButton({
      icon: playing ? 'pause' : 'play',
      label: playing ? 'Pause' : 'Play',
      testId: 'play',
      onClick: () => onPlay(!playing),
    })}
    ${after}
    <span class="moment" data-testid="moment"
      >${playheadMs === null ? 'Select a time on the timeline' : time.moment(playheadMs)}</span
    >
    <wa-select
      size="s"
      class="hidden-label"
      label="Speed"
      value=${String(speed)}
      data-testid="speed"
      @change=${(event: Event) => onSpeed(Number(valueOf(event)))}
    >
      ${speeds.map((each) => html`<wa-option value=${String(each)}>${each}×</wa-option>`)}
    </wa-select>
    ${iconButton({ icon: 'plus', label: 'Zoom in', testId: 'zoom-in', onClick: () => onZoom(ZOOM_IN) })}
    ${iconButton({ icon: 'minus', label: 'Zoom out', testId: 'zoom-out', onClick: () => onZoom(ZOOM_OUT) })}
  </div>`;
}
