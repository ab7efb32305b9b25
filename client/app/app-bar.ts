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
  /** @returns whether a camera can be seen with this right */
  offers: (right: Right) => boolean;
  /** There is a certificate to install. */
  hasAuthority: boolean;
  onMenu: (choice: MenuChoice) => void;
}

/** On a phone they are in the menu: the bar has room for four. */
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
      ${menuOf(user, offers, hasAuthority).map(
        ({ value, icon, label, testId = value, isNarrow }) =>
          html`<wa-dropdown-item class=${isNarrow ? 'narrow' : ''} value=${value} data-testid=${testId}>
            <wa-icon slot="icon" name=${icon}></wa-icon>${label}
          </wa-dropdown-item>`,
      )}
    </wa-dropdown>
  </div>`;
}

interface MenuItem {
  /** The bar's owner handles it. */
  value: string;
  icon: string;
  label: string;
  /** Default: `value`. */
  testId?: string;
  /** On a phone only: elsewhere the bar has it. */
  isNarrow?: boolean;
}

function menuOf(user: User, offers: AppBar['offers'], hasAuthority: boolean): MenuItem[] {
  const administrator = isAdministrator(user);
  const items: (MenuItem | false)[] = [
    administrator && { value: 'users', icon: 'users', label: 'Users', testId: 'menu-users', isNarrow: true },
    administrator && {
      value: 'firmware',
      icon: 'download',
      label: 'Firmware',
      testId: 'menu-firmware',
      isNarrow: true,
    },
    { value: 'password', icon: 'lock', label: 'Change password', testId: 'change-password' },
    offers('events') && { value: 'notifications', icon: 'bell', label: 'Notifications' },
    { value: 'keys', icon: 'key', label: 'API keys', testId: 'api-keys' },
    { value: 'connection', icon: 'gauge', label: 'Connection check', testId: 'check-connection' },
    administrator && { value: 'webhooks', icon: 'upload', label: 'Webhooks' },
    administrator && { value: 'audit', icon: 'clock-rotate-left', label: 'Audit log' },
    administrator && { value: 'backup', icon: 'download', label: 'Back up' },
    administrator && { value: 'restore', icon: 'upload', label: 'Restore a backup' },
    hasAuthority && {
      value: 'secure',
      icon: 'lock',
      label: 'Secure connection',
      testId: 'secure-connection',
    },
    { value: 'shortcuts', icon: 'sliders', label: 'Keyboard shortcuts' },
    { value: 'about', icon: 'info', label: 'About Vigie' },
    { value: 'signOut', icon: 'sign-out', label: 'Sign out', testId: 'sign-out' },
  ];
  return items.filter((item) => item !== false);
}
