/** Downloads a backup of the server: everything except recordings, encrypted if a password is given. For administrators. */

import { html, type TemplateResult } from 'lit';
import type { AppContext } from '../app-context.ts';
import { FormDialog, passwordOf } from '../ui/form-dialog.ts';

const MIN_PASSWORD_LENGTH = 8;

export class BackupDialog extends FormDialog<AppContext> {
  protected override readonly testId = 'backup-dialog';
  protected override submitLabel = 'Download';

  protected override heading(): string {
    return 'Back up';
  }

  protected override fields(): TemplateResult {
    return html`
      <p>
        The backup contains users, cameras and their keys, settings, events and certificates, but no
        recordings. Anyone who has it can pose as this server, so give it a password or keep it in a safe
        place.
      </p>
      <wa-input
        name="password"
        type="password"
        label="Password (optional)"
        hint="At least ${MIN_PASSWORD_LENGTH} characters. Without it, an encrypted backup cannot be restored."
        autocomplete="new-password"
        minlength=${MIN_PASSWORD_LENGTH}
        password-toggle
        data-testid="backup-password"
      ></wa-input>
      <p class="quiet">
        To restore it: user menu, Restore a backup; or, with the server stopped,
        <code>npm start -- --restore FILE</code>.
      </p>
    `;
  }

  protected override async submit(form: FormData): Promise<void> {
    const password = passwordOf(form, 'password');
    const body = password === '' ? {} : { password };
    const never = new AbortController().signal;
    await this.context.api.download('POST /api/backup', { body }, () => undefined, never);
  }
}

customElements.define('vigie-backup-dialog', BackupDialog);
