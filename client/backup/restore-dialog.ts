/**
 * Restores a backup from a file: it is uploaded and read first, then its contents are shown and confirmed. For administrators.
 * The server restarts with it, which ends all sessions.
 */

import { html, nothing, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/progress-bar/progress-bar.js';
import type { BackupContents, UploadedBackup } from '../../server/wire/backup.ts';
import type { AppContext } from '../app-context.ts';
import type { ShownTime } from '../dates/shown-time.ts';
import { bytesText } from '../ui/byte-text.ts';
import { FormDialog, passwordOf } from '../ui/form-dialog.ts';

type Step =
  | { name: 'choose' }
  | { name: 'decrypt'; upload: UploadedBackup }
  | { name: 'agree'; upload: UploadedBackup; contents: BackupContents }
  | { name: 'restarting' };

export class RestoreDialog extends FormDialog<AppContext> {
  static override properties = { ...FormDialog.properties, step: { state: true }, sending: { state: true } };
  declare protected step: Step;
  /** The file being sent, and the part that has been sent, 0 … 1. */
  declare protected sending: { bytes: number; part: number } | null;
  protected override readonly testId = 'restore-dialog';
  #stop: AbortController | undefined;

  constructor() {
    super();
    this.step = { name: 'choose' };
    this.sending = null;
  }

  override show(): void {
    this.#goTo({ name: 'choose' });
    super.show();
  }

  override hide(): void {
    this.#stop?.abort();
    super.hide();
  }

  protected override heading(): string {
    return 'Restore a backup';
  }

  protected override fields(): TemplateResult {
    switch (this.step.name) {
      case 'choose':
        return html`<label class="file">
            Backup file
            <input type="file" name="file" accept=".vigie,.db" required data-testid="restore-file" />
          </label>
          ${this.sending === null ? nothing : uploadProgress(this.sending)}
          <p class="quiet">Nothing is changed yet: the file is read first.</p>`;
      case 'decrypt':
        return html`<p>The backup is encrypted.</p>
          ${passwordInput('password', 'Password of the backup', 'off')}`;
      case 'agree':
        return html`<p data-testid="restore-contents">
            ${describe(this.step.contents, this.context.siteZone.time)}
          </p>
          <p>
            It replaces users, cameras and their keys, settings, events and certificates. The present data are
            moved aside on the server. Recordings stay, and those protected now stay protected; those of
            cameras that the backup does not have are under Recordings, at the removed cameras. The server
            restarts, live video stops for some seconds, and everybody signs in again with the passwords of
            the backup, and all API keys are revoked: make new ones for your programs.
          </p>
          ${passwordInput('current', 'Your current password', 'current-password')}`;
      case 'restarting':
        break;
    }
    return html``;
  }

  protected override outcome(): TemplateResult | null {
    return this.step.name === 'restarting'
      ? html`<p data-testid="restore-done">
          The server restarts with the backup. Sign in again in a few seconds.
        </p>`
      : null;
  }

  protected override async submit(form: FormData): Promise<boolean> {
    const { api } = this.context;
    const { step } = this;
    switch (step.name) {
      case 'choose': {
        const upload = await this.#send(form.get('file') as File);
        if (upload.isEncrypted) this.#goTo({ name: 'decrypt', upload });
        else await this.#read(upload, {});
        return true;
      }
      case 'decrypt':
        await this.#read(step.upload, { password: passwordOf(form, 'password') });
        return true;
      case 'agree': {
        const body = { currentPassword: passwordOf(form, 'current') };
        const params = { uploadId: step.upload.id };
        await api.call('POST /api/backup/uploads/:uploadId/restore', { params, body });
        this.#goTo({ name: 'restarting' });
        return true;
      }
      case 'restarting':
        break;
    }
    return false;
  }

  async #send(file: File): Promise<UploadedBackup> {
    const stop = new AbortController();
    this.#stop = stop;
    const onProgress = (part: number): void => {
      this.sending = { bytes: file.size, part };
    };
    onProgress(0);
    try {
      return await this.context.api.upload('POST /api/backup/uploads', file, onProgress, stop.signal);
    } finally {
      this.sending = null;
    }
  }

  async #read(upload: UploadedBackup, body: { password?: string }): Promise<void> {
    const params = { uploadId: upload.id };
    const contents = await this.context.api.call('POST /api/backup/uploads/:uploadId/contents', {
      params,
      body,
    });
    this.#goTo({ name: 'agree', upload, contents });
  }

  #goTo(step: Step): void {
    this.step = step;
    this.submitLabel = step.name === 'agree' ? 'Restore and restart' : 'Read the backup';
    this.submitVariant = step.name === 'agree' ? 'danger' : 'brand';
  }
}

function uploadProgress({ bytes, part }: { bytes: number; part: number }): TemplateResult {
  const percent = Math.round(part * 100);
  return html`<wa-progress-bar value=${percent} label="Uploading the backup"></wa-progress-bar>
    <p class="quiet" data-testid="restore-progress">
      ${
        part < 1
          ? `Uploading: ${bytesText(part * bytes)} of ${bytesText(bytes)} (${percent} %). Keep this page open.`
          : 'Uploaded. The server is writing it to its disk.'
      }
    </p>`;
}

function passwordInput(
  name: string,
  label: string,
  autocomplete: 'off' | 'current-password',
): TemplateResult {
  return html`<wa-input
    name=${name}
    type="password"
    label=${label}
    autocomplete=${autocomplete}
    required
    password-toggle
    data-testid="restore-${name}"
  ></wa-input>`;
}

function describe({ madeAtMs, cameras, users }: BackupContents, time: ShownTime): string {
  const of =
    madeAtMs === null ? 'A database' : `A backup of ${time.date(madeAtMs)}, ${time.minute(madeAtMs)}`;
  return `${of}, with ${counted(cameras, 'camera')} and ${counted(users, 'user')}.`;
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

customElements.define('vigie-restore-dialog', RestoreDialog);
