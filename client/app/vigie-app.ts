/** The frame of the app: the bar on top, the page of the URL, and the sign-in page without a session. */

import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { createRef, ref } from 'lit/directives/ref.js';
import type { Right } from '../../server/wire/rights.ts';
import { isAdministrator, type AppContext } from '../app-context.ts';
import '../backup/backup-dialog.ts';
import type { BackupDialog } from '../backup/backup-dialog.ts';
import '../backup/restore-dialog.ts';
import type { RestoreDialog } from '../backup/restore-dialog.ts';
import './vigie-health-alarm.ts';
import './about-dialog.ts';
import type { AboutDialog } from './about-dialog.ts';
import '../users/password-dialog.ts';
import type { PasswordDialog } from '../users/password-dialog.ts';
import { localAuthority } from '../connection/local-authority.ts';
import { Navigation } from '../routing/navigation.ts';
import { pageOfRoute, renderPage, securePage } from './page-of-route.ts';
import '../users/sign-in-page.ts';
import '../audit/vigie-security-notices.ts';
import '../users/vigie-rights-notice.ts';
import { routePath, type Reachable } from '../routing/routes.ts';
import { sharedStyles } from '../ui/shared-styles.ts';
import '../recordings/vigie-recording-alarm.ts';
import '../site/vigie-clock-alarm.ts';
import './vigie-connection-banner.ts';
import { listen } from '../ui/listen.ts';
import { logo } from '../ui/logo.ts';
import { appBar, type MenuChoice } from './app-bar.ts';
import { appStyles } from './vigie-app.styles.ts';

/** Their pictures need the whole window. */
const LOW_PAGES: ReadonlySet<string> = new Set(['cameras', 'camera']);

export class VigieApp extends LitElement {
  static override styles = [sharedStyles, appStyles];
  static override properties = {
    context: { attribute: false },
    hasAuthority: { state: true },
    hasRemoved: { state: true },
  };
  declare context: AppContext | undefined;
  /** There is a certificate to install. */
  declare protected hasAuthority: boolean;
  /** There are recordings of removed cameras that this user may see. */
  declare protected hasRemoved: boolean;
  readonly #navigation = new Navigation();
  readonly #passwordDialog = createRef<PasswordDialog>();
  readonly #aboutDialog = createRef<AboutDialog>();
  readonly #backupDialog = createRef<BackupDialog>();
  readonly #restoreDialog = createRef<RestoreDialog>();
  #path = location.pathname;
  /** The user and cameras of the last request for removed cameras. */
  #askedFor = '';

  constructor() {
    super();
    this.hasAuthority = false;
    this.hasRemoved = false;
    void this.#loadAuthority();
    listen(this, (update) => this.#navigation.on('change', update));
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('context') || !this.context) return;
    const { session, live } = this.context;
    listen(this, (update) => session.on('change', update));
    listen(this, (update) => live.cameras.on('change', update));
    listen(this, () => live.cameras.on('change', () => void this.#askForRemoved()));
  }

  protected override updated(): void {
    document.title = this.#title();
    if (this.#path === location.pathname) return;
    this.#path = location.pathname;
    // Screen readers announce the new page by its heading.
    void this.#focusHeading();
  }

  protected override render(): TemplateResult {
    const state = this.context?.session.state;
    if (!this.context || !state || state.kind === 'restoring') {
      return html`<div class="restoring" role="status" aria-label="Connecting to Vigie">${logo()}</div>`;
    }
    if (state.kind === 'signedOut') {
      if (this.#navigation.route.page === 'secure')
        return html`<main>${renderPage(securePage('Back to sign-in'), () => this.requestUpdate())}</main>`;
      return html`<vigie-sign-in-page
        .context=${this.context}
        .message=${state.message}
        .hasAuthority=${this.hasAuthority}
      ></vigie-sign-in-page>`;
    }
    return html`
      ${appBar({
        page: this.#navigation.route.page,
        user: state.user,
        offers: (right) => this.#offers(right),
        hasAuthority: this.hasAuthority,
        onMenu: this.#onUserMenu,
      })}
      ${
        isAdministrator(state.user)
          ? html`<vigie-health-alarm .context=${this.context}></vigie-health-alarm>
              <vigie-clock-alarm .context=${this.context}></vigie-clock-alarm>
              <vigie-recording-alarm .context=${this.context}></vigie-recording-alarm>
              <vigie-security-notices .context=${this.context}></vigie-security-notices>
              <vigie-rights-notice .context=${this.context}></vigie-rights-notice>`
          : nothing
      }
      <main
        class=${LOW_PAGES.has(this.#navigation.route.page) ? 'wall' : ''}
        @vigie-go=${({ detail }: CustomEvent<Reachable>) => this.#navigation.go(detail)}
      >
        ${this.#page(this.context)}
      </main>
      <vigie-password-dialog .context=${this.context} ${ref(this.#passwordDialog)}></vigie-password-dialog>
      <vigie-about-dialog ${ref(this.#aboutDialog)}></vigie-about-dialog>
      <vigie-connection-banner .live=${this.context.live}></vigie-connection-banner>
      <vigie-backup-dialog .context=${this.context} ${ref(this.#backupDialog)}></vigie-backup-dialog>
      <vigie-restore-dialog .context=${this.context} ${ref(this.#restoreDialog)}></vigie-restore-dialog>
    `;
  }

  /** Whether a camera can be seen with this right: always for administrators, and while the cameras are not known yet. */
  #offers(right: Right): boolean {
    const { session, live } = this.context ?? {};
    if (!session || isAdministrator(session.user) || !live?.cameras.all) return true;
    return live.cameras.with(right).length > 0 || (right === 'lookBack' && this.hasRemoved);
  }

  /** Requests them once for each list of cameras, and only while no camera in it has visible recordings. */
  async #askForRemoved(): Promise<void> {
    if (!this.context) return;
    const { session, live, api } = this.context;
    const { user } = session;
    const cameras = user && live.cameras.all;
    const askedFor = cameras ? [user.id, ...cameras.map(({ id }) => id)].join(' ') : '';
    if (askedFor === this.#askedFor) return;
    this.#askedFor = askedFor;
    this.hasRemoved = false;
    if (!cameras || isAdministrator(user) || live.cameras.with('lookBack').length > 0) return;
    const removed = await api.call('GET /api/removed-cameras').catch(() => []);
    if (askedFor === this.#askedFor) this.hasRemoved = removed.length > 0;
  }

  #page(context: AppContext): TemplateResult {
    const page = pageOfRoute(this.#navigation.route, context);
    if (page) return renderPage(page, () => this.requestUpdate());
    return html`<div class="lost" data-testid="not-found">
      <h1 tabindex="-1">Page not found</h1>
      <p><a href=${routePath({ page: 'cameras' })}>Back to the cameras</a></p>
    </div>`;
  }

  async #loadAuthority(): Promise<void> {
    this.hasAuthority = (await localAuthority()) !== null;
  }

  readonly #onUserMenu = ({ detail }: MenuChoice): void => {
    if (detail.item.value === 'password') this.#passwordDialog.value?.showFor(null);
    else if (detail.item.value === 'webhooks') this.#navigation.go({ page: 'webhooks' });
    else if (detail.item.value === 'users') this.#navigation.go({ page: 'users' });
    else if (detail.item.value === 'firmware') this.#navigation.go({ page: 'firmware' });
    else if (detail.item.value === 'audit') this.#navigation.go({ page: 'audit' });
    else if (detail.item.value === 'notifications') this.#navigation.go({ page: 'notifications' });
    else if (detail.item.value === 'keys') this.#navigation.go({ page: 'keys' });
    else if (detail.item.value === 'connection') this.#navigation.go({ page: 'connection' });
    else if (detail.item.value === 'secure') this.#navigation.go({ page: 'secure' });
    else if (detail.item.value === 'backup') this.#backupDialog.value?.show();
    else if (detail.item.value === 'restore') this.#restoreDialog.value?.show();
    else if (detail.item.value === 'about') this.#aboutDialog.value?.show();
    else void this.context?.session.signOut();
  };

  #title(): string {
    const { route } = this.#navigation;
    const signedIn = this.context?.session.state.kind === 'signedIn';
    const page = this.context && (signedIn || route.page === 'secure') && pageOfRoute(route, this.context);
    return page && page.title ? `${page.title} · Vigie` : 'Vigie';
  }

  async #focusHeading(): Promise<void> {
    const page = this.renderRoot.querySelector('main')?.firstElementChild;
    if (page instanceof LitElement) await page.updateComplete;
    this.renderRoot.querySelector('nav [aria-current=page]')?.scrollIntoView({ block: 'nearest' });
    const heading = (page?.shadowRoot ?? page)?.querySelector('h1');
    heading?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }
}

customElements.define('vigie-app', VigieApp);

declare global {
  interface HTMLElementTagNameMap {
    'vigie-app': VigieApp;
  }
}
