/** A hint that the camera's sensor hung at a moment of a recording: the picture does not show the scene. */

import { html, nothing, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/callout/callout.js';
import type { RecordingGap } from '../../server/wire/recording.ts';
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
