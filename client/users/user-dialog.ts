/** Adds a viewer, or changes which cameras a viewer may see. */

import { html, nothing, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/option/option.js';
import '@awesome.me/webawesome/dist/components/select/select.js';
import type { Role, UserView } from '../../server/wire/account.ts';
import { checkboxList, fieldsetStyles } from '../ui/checkbox-list.ts';
import { valueOf } from '../ui/field-value.ts';
import { FormDialog, passwordOf, textOf } from '../ui/form-dialog.ts';
import type { AppContext } from '../app-context.ts';
import { MIN_PASSWORD_LENGTH } from './password-dialog.ts';

export class UserDialog extends FormDialog<AppContext> {
  static override styles = [...FormDialog.styles, fieldsetStyles];
  static override properties = { ...FormDialog.properties, user: { state: true }, userRole: { state: true } };
  /** Null: a new one. */
  declare protected user: UserView | null;
  declare protected userRole: Role;
  protected override readonly testId = 'user-dialog';

  constructor() {
    super();
    this.user = null;
    this.userRole = 'viewer';
  }

  showFor(user: UserView | null): void {
    this.user = user;
    this.userRole = user?.role ?? 'viewer';
    this.submitLabel = user ? 'Save' : 'Add user';
    this.show();
  }

  protected override heading(): string {
    return this.user ? `Cameras for ${this.user.username}` : 'Add user';
  }

  protected override fields(): TemplateResult {
    return html`${this.user ? nothing : this.#accountFields()}
    ${this.userRole === 'viewer' ? this.#cameraFields() : nothing}`;
  }

  protected override async submit(form: FormData): Promise<void> {
    const { api } = this.context;
    const cameraIds = this.userRole === 'viewer' ? form.getAll('camera').map(String) : [];
    if (this.user) {
      const params = { userId: this.user.id };
      await api.call('PATCH /api/users/:userId', { params, body: { cameraIds } });
    } else {
      const [username, password] = [textOf(form, 'username'), passwordOf(form, 'password')];
      const body = { username, password, role: this.userRole, cameraIds };
      await api.call('POST /api/users', { body });
    }
    this.dispatchEvent(new Event('vigie-saved'));
  }

  #accountFields(): TemplateResult {
    return html`
      <wa-input
        name="username"
        label="User name"
        required
        maxlength="64"
        autocomplete="off"
        autocapitalize="off"
        autofocus
        data-testid="user-name-input"
      ></wa-input>
      <wa-input
        name="password"
        type="password"
        label="Password"
        hint="At least ${MIN_PASSWORD_LENGTH} characters."
        minlength=${MIN_PASSWORD_LENGTH}
        required
        password-toggle
        autocomplete="new-password"
        data-testid="user-password-input"
      ></wa-input>
      <wa-select
        label="Role"
        hint="A viewer sees the cameras you select. An administrator has full access."
        value=${this.userRole}
        data-testid="user-role"
        @change=${(event: Event) => (this.userRole = valueOf(event) as Role)}
      >
        <wa-option value="viewer">Viewer</wa-option>
        <wa-option value="administrator">Administrator</wa-option>
      </wa-select>
    `;
  }

  #cameraFields(): TemplateResult {
    const cameras = this.context.live.cameras.all ?? [];
    if (cameras.length === 0) return html`<p class="quiet">There are no cameras yet.</p>`;
    return html`<fieldset class="long">
      <legend>Cameras</legend>
      <p class="quiet" data-testid="user-rights">
        A viewer can watch the selected cameras live, see and download their recordings and events, and get
        notifications. A viewer cannot change settings.
      </p>
      ${checkboxList(
        'camera',
        'user-camera',
        cameras.map(({ id, name }) => ({
          value: id,
          label: name,
          checked: this.user?.cameraIds.includes(id) ?? false,
        })),
      )}
    </fieldset>`;
  }
}

customElements.define('vigie-user-dialog', UserDialog);
