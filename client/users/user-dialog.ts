/**
 * Adds a user, or changes the rights of a viewer. A new viewer watches every camera live, and has no other right. Cameras that
 * were removed and have recordings left have one tick.
 */

import { css, html, nothing, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/option/option.js';
import '@awesome.me/webawesome/dist/components/select/select.js';
import type { Role, UserView } from '../../server/wire/account.ts';
import type { RemovedCameraView } from '../../server/wire/recording.ts';
import { RIGHTS, type CameraRights } from '../../server/wire/rights.ts';
import { valueOf } from '../ui/field-value.ts';
import { FormDialog, passwordOf, textOf } from '../ui/form-dialog.ts';
import type { AppContext } from '../app-context.ts';
import { MIN_PASSWORD_LENGTH } from './password-dialog.ts';
import { removedName, RIGHT_HINTS, RIGHT_LABELS } from './rights-words.ts';
import './vigie-rights-table.ts';

export class UserDialog extends FormDialog<AppContext> {
  static override styles = [
    ...FormDialog.styles,
    css`
      ul {
        margin: 0 0 0.6rem;
        padding: 0;
        list-style: none;
        font-size: 0.875rem;
      }
    `,
  ];
  static override properties = {
    ...FormDialog.properties,
    user: { state: true },
    userRole: { state: true },
    given: { state: true },
    removed: { state: true },
  };
  /** Null: a new one. */
  declare protected user: UserView | null;
  declare protected userRole: Role;
  /** The ticks to begin with. */
  declare protected given: readonly CameraRights[];
  declare protected removed: readonly RemovedCameraView[];
  protected override readonly testId = 'user-dialog';

  constructor() {
    super();
    this.user = null;
    this.userRole = 'viewer';
    this.given = [];
    this.removed = [];
  }

  showFor(user: UserView | null, removed: readonly RemovedCameraView[]): void {
    this.user = user;
    this.removed = removed;
    this.userRole = user?.role ?? 'viewer';
    const all = this.context.live.cameras.all ?? [];
    this.given = user?.cameras ?? all.map(({ id }) => ({ cameraId: id, rights: ['live'] }));
    this.submitLabel = user ? 'Save' : 'Add user';
    this.show();
  }

  protected override heading(): string {
    return this.user ? `Rights of ${this.user.username}` : 'Add user';
  }

  protected override fields(): TemplateResult {
    return html`${this.user ? nothing : this.#accountFields()}
    ${this.userRole === 'viewer' ? this.#cameraFields() : nothing}`;
  }

  protected override async submit(form: FormData): Promise<void> {
    const { api } = this.context;
    // Without the list, nothing could be ticked, and saving would remove every right.
    if (this.userRole === 'viewer' && !this.context.live.cameras.all)
      throw new Error('The cameras are not known yet. Try again in a moment.');
    const cameras = this.renderRoot.querySelector('vigie-rights-table')?.choice ?? [];
    if (this.user) {
      const params = { userId: this.user.id };
      await api.call('PATCH /api/users/:userId', { params, body: { cameras } });
    } else {
      const [username, password] = [textOf(form, 'username'), passwordOf(form, 'password')];
      const body = { username, password, role: this.userRole, cameras };
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
        hint="A viewer has the rights you tick. An administrator has full access."
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
    const removed = this.removed.map(({ id, name }) => ({
      id,
      name: removedName(name),
      rights: ['lookBack'] as const,
    }));
    const cameras = [
      ...(this.context.live.cameras.all ?? []).map(({ id, name }) => ({ id, name })),
      ...removed,
    ];
    if (cameras.length === 0) return html`<p class="quiet">There are no cameras yet.</p>`;
    return html`<div>
      <ul class="quiet" data-testid="user-rights">
        ${RIGHTS.map((right) => html`<li><strong>${RIGHT_LABELS[right]}:</strong> ${RIGHT_HINTS[right]}</li>`)}
      </ul>
      <vigie-rights-table .cameras=${cameras} .given=${this.given}></vigie-rights-table>
    </div>`;
  }
}

customElements.define('vigie-user-dialog', UserDialog);
