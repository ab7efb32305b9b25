/**
 * `<vigie-recording-storage>`: the disk space and age limit of recordings, for administrators, who change it here.
 *
 * Invariant: an age limit that deletes something at once is saved only after the dialog has named the losses.
 */

import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import { createRef, ref } from 'lit/directives/ref.js';
import '@awesome.me/webawesome/dist/components/button/button.js';
import type { RecordingStatus, RetentionView } from '../../server/wire/recording.ts';
import type { AppContext } from '../app-context.ts';
import { errorText } from '../http/api-error.ts';
import { bytesText, countText } from '../ui/byte-text.ts';
import '../ui/confirm-dialog.ts';
import type { ConfirmDialog } from '../ui/confirm-dialog.ts';
import { errorCallout } from '../ui/error-callout.ts';
import { sharedStyles } from '../ui/shared-styles.ts';
import { clockWords, expiryStake } from './recording-losses.ts';
import './retention-dialog.ts';
import type { RetentionDialog } from './retention-dialog.ts';

export class VigieRecordingStorage extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      section {
        margin-top: 1.5rem;
      }
      h2 {
        margin-bottom: 0.5rem;
      }
      .card {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.75rem;
        padding: 0.9rem 1.1rem;
      }
      .card p {
        flex: 1;
        min-width: min(100%, 16rem);
        margin: 0;
      }
    `,
  ];
  static override properties = {
    context: { attribute: false },
    status: { state: true },
    retention: { state: true },
    error: { state: true },
  };
  declare context: AppContext;
  /** Null while it is requested. */
  declare protected status: RecordingStatus | null;
  declare protected retention: RetentionView;
  declare protected error: string | null;
  readonly #dialog = createRef<RetentionDialog>();
  readonly #confirm = createRef<ConfirmDialog>();

  constructor() {
    super();
    this.status = null;
    this.retention = { keepDays: null, waitingForClock: null };
    this.error = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
  }

  protected override render(): TemplateResult {
    return html`
      ${errorCallout(this.error, 'recording-storage-error', () => void this.#load())}
      ${this.status ? this.#section(this.status) : nothing}
      <vigie-retention-dialog ${ref(this.#dialog)}></vigie-retention-dialog>
      <vigie-confirm-dialog ${ref(this.#confirm)}></vigie-confirm-dialog>
    `;
  }

  #section({ usedBytes, quotaBytes }: RecordingStatus): TemplateResult {
    const { keepDays, waitingForClock } = this.retention;
    return html`<section aria-labelledby="storage-heading">
      <h2 id="storage-heading">Storage</h2>
      <div class="card">
        <p data-testid="recording-storage">
          Recordings use ${bytesText(usedBytes)} of ${bytesText(quotaBytes)}.
          ${
            keepDays === null
              ? 'They are kept until the storage is full.'
              : `They are kept for ${countText(keepDays, 'day')}, and protected ones longer.`
          }
          ${
            keepDays !== null && waitingForClock
              ? html`<br />${clockWords(waitingForClock.remainingMs)}`
              : nothing
          }
        </p>
        <wa-button
          size="s"
          appearance="outlined"
          data-testid="change-retention"
          @click=${() => this.#dialog.value?.showFor(this.retention, (days) => this.#askToKeep(days))}
          >Change how long they are kept</wa-button
        >
      </div>
    </section>`;
  }

  async #load(): Promise<void> {
    const { api } = this.context;
    try {
      const [status, retention] = await Promise.all([
        api.call('GET /api/recording'),
        api.call('GET /api/recording/retention'),
      ]);
      this.retention = retention;
      this.status = status;
      this.error = null;
    } catch (error) {
      this.error = errorText(error);
    }
  }

  async #askToKeep(days: number | null): Promise<void> {
    if (days === null) return this.#keep(null);
    const expired = await this.context.api.call('GET /api/recording/retention/losses', { query: { days } });
    const stake = expiryStake(expired, days);
    if (!stake) return this.#keep(days);
    this.#confirm.value?.ask({
      heading: `Delete recordings older than ${countText(days, 'day')}?`,
      stake,
      action: 'Delete and save',
      run: () => this.#keep(days),
    });
  }

  async #keep(keepDays: number | null): Promise<void> {
    await this.context.api.call('PUT /api/recording/retention', { body: { keepDays } });
    await this.#load();
  }
}

customElements.define('vigie-recording-storage', VigieRecordingStorage);
