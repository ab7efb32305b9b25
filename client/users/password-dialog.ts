/** Sets a password: the user's own, which needs the old one, or, for an administrator, another user's. */

import { html, nothing, type TemplateResult } from 'lit';
import type { UserView } from '../../server/wire/account.ts';
import { FormDialog, passwordOf } from '../ui/form-dialog.ts';
import { lossList } from '../ui/loss-list.ts';
import type { AppContext } from '../app-context.ts';

export const MIN_PASSWORD_LENGTH = 8;

export class PasswordDialog extends FormDialog<AppContext> {
  static override properties = { ...FormDialog.properties, user: { state: true } };
  /** Null: the user's own. */
  declare protected user: UserView | null;
  protected override readonly testId = 'password-dialog';
  protected override submitLabel = 'Set password';

  constructor() {
    super();
    this.user = null;
  }

  showFor(user: UserView | null): void {
    this.user = user;
    this.show();
  }

  protected override heading(): string {
    return this.user ? `New password for ${this.user.username}` : 'Change password';
  }

  protected override fields(): TemplateResult {
    const ownName = this.context.session.user?.username ?? '';
    return html`
      ${
        this.user
          ? nothing
          : html`
              <input type="text" autocomplete="username" .value=${ownName} hidden />
              <wa-input
                name="current"
                type="password"
                label="Current password"
                autocomplete="current-password"
                required
                autofocus
                data-testid="current-password"
              ></wa-input>
            `
      }
      <wa-input
        name="next"
        type="password"
        label="New password"
        hint="At least ${MIN_PASSWORD_LENGTH} characters."
        autocomplete="new-password"
        minlength=${MIN_PASSWORD_LENGTH}
        required
        password-toggle
        data-testid="new-password"
      ></wa-input>
      ${
        this.user
          ? lossList([`All sign-ins of ${this.user.username}`, `The API keys of ${this.user.username}`])
          : html`
              <wa-checkbox name="revokeKeys" checked data-testid="revoke-keys"
                >Also revoke my API keys</wa-checkbox
              >
              ${lossList(['Your sign-ins on other devices'])}
            `
      }
    `;
  }

  protected override async submit(form: FormData): Promise<void> {
    const { api } = this.context;
    const password = passwordOf(form, 'next');
    if (this.user) {
      const params = { userId: this.user.id };
      await api.call('PATCH /api/users/:userId', { params, body: { password } });
    } else {
      const body = {
        currentPassword: passwordOf(form, 'current'),
        newPassword: password,
        keepApiKeys: !form.has('revokeKeys'),
      };
      await api.call('POST /api/auth/password', { body });
    }
  }
}

customElements.define('vigie-password-dialog', PasswordDialog);
