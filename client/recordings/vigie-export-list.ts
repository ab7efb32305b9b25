/**
 * `<vigie-export-list>`: the user's downloads of recordings, from their request until they are fetched: the progress of each, its
 * actions, and why one failed or lacks a part. Empty while there are none.
 */

import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import '@awesome.me/webawesome/dist/components/button/button.js';
import type { ExportView } from '../../server/wire/recording-export.ts';
import type { AppContext } from '../app-context.ts';
import { mediaPath } from '../http/request-line.ts';
import { errorCallout } from '../ui/error-callout.ts';
import { listen } from '../ui/listen.ts';
import { shortDuration } from '../ui/relative-time.ts';
import { Exports, type ExportRange } from './exports.ts';
import { bytesText } from '../ui/byte-text.ts';

export class VigieExportList extends LitElement {
  static override styles = css`
    :host {
      display: block;
      font-size: 0.9375rem;
    }
    wa-callout {
      margin-top: 0.5rem;
    }
    ul {
      display: grid;
      gap: 0.5rem;
      margin: 0.5rem 0 0;
      padding: 0;
      list-style: none;
    }
    li {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 0.5rem;
      padding: 0.5rem 0.75rem;
      border: 1px solid var(--wa-color-surface-border);
      border-radius: 0.75rem;
      font-variant-numeric: tabular-nums;
    }
    .what {
      flex: 1 1 14rem;
    }
    .state {
      display: inline-flex;
      align-items: center;
      gap: 0.5rem;
    }
    .failed {
      flex: 1 1 100%;
      color: var(--wa-color-danger-on-quiet);
    }
    progress {
      width: 7rem;
    }
    p {
      margin: 0.5rem 0 0;
      color: var(--wa-color-text-quiet);
    }
  `;
  static override properties = { context: { attribute: false } };
  declare context: AppContext;
  readonly #exports = new Exports(
    {
      list: () => this.context.api.call('GET /api/exports'),
      create: ({ cameraId, ...body }) =>
        this.context.api.call('POST /api/cameras/:cameraId/exports', { params: { cameraId }, body }),
      look: ({ cameraId, id: exportId }) =>
        this.context.api.call('GET /api/cameras/:cameraId/exports/:exportId', {
          params: { cameraId, exportId },
        }),
      remove: ({ cameraId, id: exportId }) =>
        this.context.api.call('DELETE /api/cameras/:cameraId/exports/:exportId', {
          params: { cameraId, exportId },
        }),
    },
    saveByBrowser,
  );
  #nextLook: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    listen(this, (update) => this.#exports.on('change', update));
    listen(this, (update) => this.context.siteZone.on('change', update));
    listen(this, () => this.#exports.on('change', () => this.#lookAgain()));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.updateComplete.then(() => this.#exports.load());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#nextLook);
  }

  start(range: ExportRange): Promise<void> {
    return this.#exports.start(range);
  }

  protected override render(): TemplateResult {
    const { items, error, fetched } = this.#exports;
    return html`${errorCallout(error, 'export-error')}
    ${
      items.length === 0
        ? nothing
        : html`<ul aria-label="Downloads">
            ${repeat(
              items,
              ({ id }) => id,
              (item) => this.#row(item),
            )}
          </ul>`
    }
    ${fetched > 0 && items.length === 0 ? html`<p role="status" data-testid="export-done">Saved in your browser’s downloads.</p>` : nothing}`;
  }

  #row(item: ExportView): TemplateResult {
    const { time } = this.context.siteZone;
    const name = this.context.live.cameras.find(item.cameraId)?.name ?? 'Camera';
    return html`<li data-testid="export" data-state=${item.state}>
      <span class="what">${name} · ${time.moment(item.fromMs)} – ${time.moment(item.toMs)}</span>
      ${stateOf(item)}
      ${item.state === 'ready' ? this.#button('export-fetch', 'Download', () => this.#exports.save(item), true) : nothing}
      ${item.state === 'failed' ? this.#button('export-retry', 'Try again', () => void this.#exports.retry(item), true) : nothing}
      ${this.#button('export-remove', item.state === 'preparing' || item.state === 'sending' ? 'Cancel' : 'Remove', () => void this.#exports.remove(item))}
    </li>`;
  }

  #button(testId: string, label: string, onClick: () => void, isMain = false): TemplateResult {
    return html`<wa-button
      size="s"
      variant=${isMain ? 'brand' : 'neutral'}
      appearance=${isMain ? 'accent' : 'outlined'}
      data-testid=${testId}
      @click=${onClick}
      >${label}</wa-button
    >`;
  }

  #lookAgain(): void {
    clearTimeout(this.#nextLook);
    const { nextLookMs } = this.#exports;
    if (nextLookMs !== undefined && this.isConnected)
      this.#nextLook = setTimeout(() => void this.#exports.load(), nextLookMs);
  }
}

function stateOf({ state, progress, bytes, expiresInMs, problem }: ExportView): TemplateResult {
  const percent = Math.round(progress * 100);
  if (state === 'preparing')
    return html`<span class="state" role="status" data-testid="export-progress"
      ><progress aria-label="Preparing" .value=${progress}></progress>Preparing… ${percent} %</span
    >`;
  if (state === 'failed') return html`<span class="failed" role="alert">${sentence(problem)}</span>`;
  const size = bytesText(bytes ?? 0);
  if (state === 'sending') return html`<span class="state" role="status">Being downloaded · ${size}</span>`;
  return html`<span class="state" role="status"
      >Ready · ${size} · kept for ${shortDuration(expiresInMs ?? 0)}</span
    >${problem === null ? nothing : html`<span class="failed" role="alert">${sentence(problem)}</span>`}`;
}

/** The server's sentences follow a title, in lower case. */
function sentence(problem: string | null): string {
  const text = problem ?? 'this download could not be prepared';
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** A link, not a fetch: the browser writes the file to the disk as it arrives, and shows the progress. */
function saveByBrowser({ cameraId, id: exportId }: ExportView): void {
  const link = document.createElement('a');
  link.href = mediaPath('GET /api/cameras/:cameraId/exports/:exportId.webm', {
    params: { cameraId, exportId },
  });
  link.download = '';
  link.click();
}

customElements.define('vigie-export-list', VigieExportList);

declare global {
  interface HTMLElementTagNameMap {
    'vigie-export-list': VigieExportList;
  }
}
