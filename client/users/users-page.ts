/** The users and their rights. For administrators. */

import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import { createRef, ref } from 'lit/directives/ref.js';
import '@awesome.me/webawesome/dist/components/button/button.js';
import type { UserView } from '../../server/wire/account.ts';
import type { RemovedCameraView } from '../../server/wire/recording.ts';
import { errorText } from '../http/api-error.ts';
import type { AppContext } from '../app-context.ts';
import '../ui/confirm-dialog.ts';
import type { ConfirmDialog } from '../ui/confirm-dialog.ts';
import './password-dialog.ts';
import type { PasswordDialog } from './password-dialog.ts';
import './user-dialog.ts';
import type { UserDialog } from './user-dialog.ts';
import { removedName, viewerText } from './rights-words.ts';
import { errorCallout } from '../ui/error-callout.ts';
import { actionMenu } from '../ui/icon-button.ts';
import { pageHeader, pageHeaderStyles } from '../ui/page-header.ts';
import { rowListStyles } from '../ui/row-list.ts';
import { sharedStyles } from '../ui/shared-styles.ts';
import type { Losses } from '../ui/loss-list.ts';
import { listen } from '../ui/listen.ts';

type UserAction = 'rights' | 'password' | 'remove';

export class UsersPage extends LitElement {
  static override styles = [
    sharedStyles,
    pageHeaderStyles,
    rowListStyles,
    css`
      :host {
        display: block;
        max-width: 52rem;
        margin-inline: auto;
      }
      .initial {
        display: grid;
        flex: none;
        width: 2.3rem;
        height: 2.3rem;
        border-radius: 50%;
        background: var(--wa-color-brand-fill-normal);
        color: var(--wa-color-brand-on-normal);
        font-weight: 650;
        place-items: center;
      }
    `,
  ];
  static override properties = {
    context: { attribute: false },
    users: { state: true },
    removed: { state: true },
    error: { state: true },
  };
  declare context: AppContext;
  declare protected users: UserView[] | null;
  /** Cameras that were removed and have recordings left. */
  declare protected removed: readonly RemovedCameraView[];
  declare protected error: string | null;
  readonly #userDialog = createRef<UserDialog>();
  readonly #passwordDialog = createRef<PasswordDialog>();
  readonly #confirm = createRef<ConfirmDialog>();

  constructor() {
    super();
    this.users = null;
    this.removed = [];
    this.error = null;
    listen(this, (update) => this.context.live.cameras.on('change', update));
  }

  protected override firstUpdated(): void {
    void this.#load();
  }

  protected override render(): TemplateResult {
    const { context } = this;
    return html`
      ${pageHeader({
        title: 'Users',
        actions: html`<wa-button
          variant="brand"
          @click=${() => this.#userDialog.value?.showFor(null, this.removed)}
          data-testid="add-user"
        >
          <wa-icon slot="start" name="plus"></wa-icon>Add user
        </wa-button>`,
      })}
      ${errorCallout(this.error, 'users-error', () => void this.#load())}
      ${
        this.users
          ? html`<ul class="card rows" data-testid="user-list">
              ${this.users.map((user) => this.#row(user))}
            </ul>`
          : nothing
      }
      <vigie-user-dialog .context=${context} ${ref(this.#userDialog)} @vigie-saved=${() => void this.#load()}>
      </vigie-user-dialog>
      <vigie-password-dialog .context=${context} ${ref(this.#passwordDialog)}></vigie-password-dialog>
      <vigie-confirm-dialog .context=${context} ${ref(this.#confirm)}></vigie-confirm-dialog>
    `;
  }

  #row(user: UserView): TemplateResult {
    const isSelf = user.id === this.context.session.user?.id;
    return html`<li data-testid="user-row" data-username=${user.username}>
      <span class="initial" aria-hidden="true">${user.username.slice(0, 1).toUpperCase()}</span>
      <div class="what">
        <strong>${user.username}</strong>${isSelf ? html`<span class="quiet"> (you)</span>` : nothing}
        ${this.#describe(user).map((line) => html`<p class="quiet">${line}</p>`)}
      </div>
      ${isSelf ? nothing : this.#menu(user)}
    </li>`;
  }

  #menu(user: UserView): TemplateResult {
    return actionMenu<UserAction>(
      `Actions for ${user.username}`,
      'user-menu-button',
      [
        ...(user.role === 'viewer'
          ? ([
              { action: 'rights', icon: 'camera', label: 'Change rights', testId: 'user-change-rights' },
            ] as const)
          : []),
        { action: 'password', icon: 'lock', label: 'Set password', testId: 'user-password' },
        { action: 'remove', icon: 'trash', label: 'Delete', testId: 'remove-user', danger: true },
      ],
      (action) => this.#run(action, user),
    );
  }

  #describe({ role, cameras }: UserView): string[] {
    if (role === 'administrator') return ['Administrator, all rights to all cameras'];
    const removed = this.removed.map(({ id, name }) => ({ id, name: removedName(name) }));
    const lines = viewerText(cameras, [...(this.context.live.cameras.all ?? []), ...removed]);
    return lines.length === 0 ? ['Viewer, no rights'] : ['Viewer', ...lines];
  }

  #run(action: UserAction, user: UserView): void {
    switch (action) {
      case 'rights':
        this.#userDialog.value?.showFor(user, this.removed);
        break;
      case 'password':
        this.#passwordDialog.value?.showFor(user);
        break;
      case 'remove':
        this.#confirm.value?.ask({
          heading: `Delete ${user.username}?`,
          stake: { lost: this.#lossesWith(user) },
          action: 'Delete user',
          run: async () => {
            await this.context.api.call('DELETE /api/users/:userId', { params: { userId: user.id } });
            await this.#load();
          },
        });
        break;
    }
  }

  #lossesWith(user: UserView): Losses {
    return [
      `The account of ${user.username}: signed out on all devices immediately, and no sign-in any more`,
      `Its rights: ${this.#describe(user).join('; ')}`,
      'Its notification settings, and the devices it is notified on',
    ];
  }

  async #load(): Promise<void> {
    try {
      const { api } = this.context;
      // A right to one that the page does not know would be lost with the next change.
      this.removed = await api.call('GET /api/removed-cameras');
      this.users = await api.call('GET /api/users');
      this.error = null;
    } catch (error) {
      this.error = errorText(error);
    }
  }
}

customElements.define('vigie-users-page', UsersPage);
