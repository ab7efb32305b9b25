/** The bar of the app: its main pages, and a menu for the rest. On a phone it lies at the bottom. */

import { html, nothing, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/dropdown/dropdown.js';
import '@awesome.me/webawesome/dist/components/dropdown-item/dropdown-item.js';
import type { Right } from '../../server/wire/rights.ts';
import { isAdministrator } from '../app-context.ts';
import { routePath } from '../routing/routes.ts';
import type { User } from '../session/session.ts';
import { logo } from '../ui/logo.ts';

export type MenuChoice = CustomEvent<{ item: { value: string } }>;

export interface AppBar {
  /** The page that is shown. */
  page: string;
  user: User;
  /** @returns whether there is anything to see with this right */
  offers: (right: Right) => boolean;
  /** There is a certificate to install. */
  hasAuthority: boolean;
  onMenu: (choice: MenuChoice) => void;
}

/** On a phone they stand in the menu: its bar has room for four. */
const MORE_ON_PHONES: ReadonlySet<string> = new Set(['users', 'firmware']);

export function appBar({ page, user, offers, hasAuthority, onMenu }: AppBar): TemplateResult {
  const link = (
    target: 'cameras' | 'events' | 'lookBack' | 'users' | 'firmware',
    icon: string,
    label: string,
  ): TemplateResult =>
    html`<a
      class=${MORE_ON_PHONES.has(target) ? 'wide' : ''}
      href=${routePath({ page: target })}
      aria-current=${page === target ? 'page' : 'false'}
      ><wa-icon name=${icon}></wa-icon>${label}</a
    >`;
  return html`<div class="bar">
    <a class="brand" href=${routePath({ page: 'cameras' })} aria-label="Vigie, all cameras"
      >${logo()}<span>Vigie</span></a
    >
    <nav aria-label="Main">
      ${link('cameras', 'camera', 'Cameras')} ${offers('events') ? link('events', 'bell', 'Events') : nothing}
      ${offers('lookBack') ? link('lookBack', 'clock-rotate-left', 'Recordings') : nothing}
      ${
        isAdministrator(user)
          ? [link('users', 'users', 'Users'), link('firmware', 'download', 'Firmware')]
          : nothing
      }
    </nav>
    <wa-dropdown placement="bottom-end" @wa-select=${onMenu}>
      <wa-button slot="trigger" size="s" appearance="plain" with-caret data-testid="user-menu">
        <wa-icon slot="start" name="user"></wa-icon><span class="username">${user.username}</span
        ><span class="more">More</span>
      </wa-button>
      ${
        isAdministrator(user)
          ? html`<wa-dropdown-item class="narrow" value="users" data-testid="menu-users">
                <wa-icon slot="icon" name="users"></wa-icon>Users
              </wa-dropdown-item>
              <wa-dropdown-item class="narrow" value="firmware" data-testid="menu-firmware">
                <wa-icon slot="icon" name="download"></wa-icon>Firmware
              </wa-dropdown-item>`
          : nothing
      }
      <wa-dropdown-item value="password" data-testid="change-password">
        <wa-icon slot="icon" name="lock"></wa-icon>Change password
      </wa-dropdown-item>
      ${
        offers('events')
          ? html`<wa-dropdown-item value="notifications" data-testid="notifications">
              <wa-icon slot="icon" name="bell"></wa-icon>Notifications
            </wa-dropdown-item>`
          : nothing
      }
      <wa-dropdown-item value="keys" data-testid="api-keys">
        <wa-icon slot="icon" name="key"></wa-icon>API keys
      </wa-dropdown-item>
      <wa-dropdown-item value="connection" data-testid="check-connection">
        <wa-icon slot="icon" name="gauge"></wa-icon>Connection check
      </wa-dropdown-item>
      ${
        isAdministrator(user)
          ? html`<wa-dropdown-item value="webhooks" data-testid="webhooks">
                <wa-icon slot="icon" name="upload"></wa-icon>Webhooks
              </wa-dropdown-item>
              <wa-dropdown-item value="audit" data-testid="audit">
                <wa-icon slot="icon" name="clock-rotate-left"></wa-icon>Audit log
              </wa-dropdown-item>
              <wa-dropdown-item value="backup" data-testid="backup">
                <wa-icon slot="icon" name="download"></wa-icon>Back up
              </wa-dropdown-item>
              <wa-dropdown-item value="restore" data-testid="restore">
                <wa-icon slot="icon" name="upload"></wa-icon>Restore a backup
              </wa-dropdown-item>`
          : nothing
      }
      ${
        hasAuthority
          ? html`<wa-dropdown-item value="secure" data-testid="secure-connection">
              <wa-icon slot="icon" name="lock"></wa-icon>Secure connection
            </wa-dropdown-item>`
          : nothing
      }
      <wa-dropdown-item value="about" data-testid="about">
        <wa-icon slot="icon" name="info"></wa-icon>About Vigie
      </wa-dropdown-item>
      <wa-dropdown-item value="signOut" data-testid="sign-out">
        <wa-icon slot="icon" name="sign-out"></wa-icon>Sign out
      </wa-dropdown-item>
    </wa-dropdown>
  </div>`;
}
