/** Hints beside recordings: that there are none, or that the sensor hung, so that a picture does not show what was there. */

import { html, nothing, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/callout/callout.js';
import type { RecordingGap, Timeline } from '../../server/wire/recording.ts';
import { GAP_WORDS } from './recording-words.ts';

export function isFrozen(gaps: readonly RecordingGap[], ms: number): boolean {
  return gaps.some(
    ({ reason, startMs, endMs }) =>
      reason === 'cameraFrozen' && startMs <= ms && ms < (endMs ?? Number.MAX_SAFE_INTEGER),
  );
}

/** @param ms null: no moment */
export function frozenHint(
  gaps: readonly RecordingGap[] | undefined,
  ms: number | null,
): TemplateResult | typeof nothing {
  if (ms === null || !isFrozen(gaps ?? [], ms)) return nothing;
  return html`<wa-callout variant="warning" size="s" role="status" data-testid="frozen-recording">
    <wa-icon slot="icon" name="warning"></wa-icon>${GAP_WORDS.cameraFrozen}. This picture does not show what
    happened then.
  </wa-callout>`;
}

/** @param timeline null: not known yet @param mayTurnOn this user may have the camera recorded */
export function emptyHint(timeline: Timeline | null, mayTurnOn: boolean): TemplateResult | typeof nothing {
  if (!timeline || timeline.segments.length > 0 || timeline.gaps.length > 0) return nothing;
  return html`<p class="quiet empty" data-testid="nothing-recorded">
    No recordings in this time range. ${mayTurnOn ? 'Turn recording on under “Recording settings”.' : ''}
  </p>`;
}
