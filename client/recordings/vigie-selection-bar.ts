/**
 * `<vigie-selection-bar>`: the actions on a range of a camera's recordings: select it, download it, and, for
 * administrators, protect or delete it.
 *
 * Fires `vigie-select` {selection | null} when another range is selected, `vigie-changed` when recordings have changed.
 */

import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import { createRef, ref } from 'lit/directives/ref.js';
import '@awesome.me/webawesome/dist/components/button/button.js';
import type { RecordedSegment } from '../../server/wire/recording.ts';
import { errorText } from '../http/api-error.ts';
import { rangeQuery } from './timelines.ts';
import { isAdministrator, type AppContext } from '../app-context.ts';
import { bytesText } from '../ui/byte-text.ts';
import '../ui/confirm-dialog.ts';
import type { ConfirmDialog } from '../ui/confirm-dialog.ts';
import { errorCallout } from '../ui/error-callout.ts';
import { listen } from '../ui/listen.ts';
import './vigie-export-list.ts';
import type { VigieExportList } from './vigie-export-list.ts';
import { deletionStake } from './recording-losses.ts';
import type { Selection } from './vigie-timeline.ts';

const FIRST_LENGTH_MS = 60_000;

export class VigieSelectionBar extends LitElement {
  static override styles = css`
    .bar {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 0.5rem;
    }
    .words {
      flex: 1;
      min-width: 14rem;
      font-size: 0.9375rem;
      font-variant-numeric: tabular-nums;
    }
  `;
  static override properties = {
    context: { attribute: false },
    cameraId: {},
    segments: { attribute: false },
    selection: { attribute: false },
    playheadMs: { attribute: false },
    error: { state: true },
  };
  declare context: AppContext;
  declare cameraId: string;
  declare segments: readonly RecordedSegment[];
  declare selection: Selection | null;
  declare playheadMs: number | null;
  declare protected error: string | null;
  readonly #confirm = createRef<ConfirmDialog>();
  readonly #exports = createRef<VigieExportList>();

  constructor() {
    super();
    this.segments = [];
    this.selection = null;
    this.playheadMs = null;
    this.error = null;
    listen(this, (update) => this.context.siteZone.on('change', update));
  }

  protected override render(): TemplateResult {
    const { selection } = this;
    return html`
      ${errorCallout(this.error, 'selection-error')}
      <div class="bar" data-testid=${selection ? 'selection' : nothing}>
        ${selection ? this.#marked(selection) : this.#button('mark-from', 'Start selection', () => this.#mark())}
      </div>
      <vigie-export-list .context=${this.context} ${ref(this.#exports)}></vigie-export-list>
      <vigie-confirm-dialog .context=${this.context} ${ref(this.#confirm)}></vigie-confirm-dialog>
    `;
  }

  #marked(selection: Selection): TemplateResult {
    const segments = this.segments.filter(
      ({ startMs, endMs }) => endMs >= selection.fromMs && startMs <= selection.toMs,
    );
    const bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0);
    const { time } = this.context.siteZone;
    return html`
      <span class="words"
        >${time.moment(selection.fromMs)} – ${time.moment(selection.toMs)} · ${bytesText(bytes)}</span
      >
      ${this.#button('mark-to', 'End selection here', () => this.#markTo(selection))}
      ${this.#downloadButton(selection, segments.length > 0)}
      ${isAdministrator(this.context.session.user) ? this.#administration(segments) : nothing}
      <wa-button size="s" appearance="plain" data-testid="unmark" @click=${() => this.#select(null)}
        >Clear selection</wa-button
      >
    `;
  }

  #downloadButton(selection: Selection, enabled: boolean): TemplateResult {
    return html`<wa-button
      size="s"
      variant="brand"
      ?disabled=${!enabled}
      data-testid="download"
      @click=${() => this.#download(selection)}
      >Download</wa-button
    >`;
  }

  #administration(segments: readonly RecordedSegment[]): TemplateResult {
    const areProtected = segments.length > 0 && segments.every((segment) => segment.protected);
    return html`<wa-button
        size="s"
        appearance="outlined"
        data-testid="protect"
        @click=${() => void this.#protect(segments, !areProtected)}
        >${areProtected ? 'Unprotect' : 'Protect'}</wa-button
      >
      <wa-button
        size="s"
        appearance="outlined"
        variant="danger"
        data-testid="delete"
        @click=${() => this.#askToDelete(segments)}
        >Delete</wa-button
      >`;
  }

  #button(testId: string, label: string, onClick: () => void): TemplateResult {
    return html`<wa-button
      size="s"
      appearance="outlined"
      ?disabled=${this.playheadMs === null}
      data-testid=${testId}
      @click=${onClick}
      >${label}</wa-button
    >`;
  }

  #select(selection: Selection | null): void {
    this.dispatchEvent(new CustomEvent('vigie-select', { detail: selection }));
  }

  #mark(): void {
    if (this.playheadMs === null) return;
    this.#select({ fromMs: this.playheadMs, toMs: this.playheadMs + FIRST_LENGTH_MS });
  }

  #markTo(selection: Selection): void {
    if (this.playheadMs === null) return;
    const [fromMs = 0, toMs = 0] = [selection.fromMs, this.playheadMs].toSorted((a, b) => a - b);
    this.#select({ fromMs, toMs });
  }

  #download({ fromMs, toMs }: Selection): void {
    const { from, to } = rangeQuery(fromMs, toMs);
    void this.#exports.value?.start({ cameraId: this.cameraId, fromMs: from, toMs: to });
  }

  async #protect(segments: readonly RecordedSegment[], protect: boolean): Promise<void> {
    this.error = null;
    try {
      for (const { id: recordingId } of segments)
        await this.context.api.call('PATCH /api/cameras/:cameraId/recordings/:recordingId', {
          params: { cameraId: this.cameraId, recordingId },
          body: { protected: protect },
        });
    } catch (error) {
      this.error = errorText(error);
    }
    this.dispatchEvent(new Event('vigie-changed'));
  }

  #askToDelete(segments: readonly RecordedSegment[]): void {
    const whole = segments.filter(({ open }) => !open);
    this.#confirm.value?.ask({
      heading: 'Delete these recordings?',
      stake: deletionStake(whole),
      action: 'Delete',
      run: async () => {
        for (const { id: recordingId } of whole)
          await this.context.api.call('DELETE /api/cameras/:cameraId/recordings/:recordingId', {
            params: { cameraId: this.cameraId, recordingId },
          });
        this.#select(null);
        this.dispatchEvent(new Event('vigie-changed'));
      },
    });
  }
}

customElements.define('vigie-selection-bar', VigieSelectionBar);
