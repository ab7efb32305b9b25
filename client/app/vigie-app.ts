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
import './shortcuts-dialog.ts';
import type { ShortcutsDialog } from './shortcuts-dialog.ts';
import { PageLoader } from './page-loader.ts';
import { pageOfRoute, renderPage, securePage } from './page-of-route.ts';
import { hasInput, watchRelease } from './release.ts';
import { scrollBack } from './scroll-place.ts';
import '../users/sign-in-page.ts';
import '../audit/vigie-security-notices.ts';
import '../users/vigie-rights-notice.ts';
import { routePath, type Reachable } from '../routing/routes.ts';
import '../ui/confirm-dialog.ts';
import type { ConfirmDialog, Stake } from '../ui/confirm-dialog.ts';
import { sharedStyles } from '../ui/shared-styles.ts';
import { shortcuts } from '../ui/shortcuts.ts';
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
  readonly #shortcutsDialog = createRef<ShortcutsDialog>();
  readonly #leaveDialog = createRef<ConfirmDialog>();
  readonly #loader = new PageLoader(() => this.requestUpdate());
  #path = location.pathname;
  #isSignedIn = false;
  /** The form to sign in was shown, and had the focus. */
  #wasAsked = false;
  /** The heading takes the focus as soon as it is there, and the page its place. */
  #arrival: { scrollY: number } | undefined;
  /** The user and cameras of the last request for removed cameras. */
  #askedFor = '';

  constructor() {
    super();
    this.hasAuthority = false;
    this.hasRemoved = false;
    void this.#loadAuthority();
    listen(this, (update) => this.#navigation.on('change', update));
    shortcuts(this, { '?': () => this.#shortcutsDialog.value?.show() });
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('context') || !this.context) return;
    const { session, live } = this.context;
    listen(this, (update) => session.on('change', update));
    listen(this, (update) => live.cameras.on('change', update));
    listen(this, () => live.cameras.on('change', () => void this.#askForRemoved()));
    watchRelease(live.signaling, () => this.#navigation.isHeld || hasInput());
  }

  protected override updated(): void {
    document.title = this.#title();
    const wasSignedIn = this.#isSignedIn;
    this.#isSignedIn = this.context?.session.state.kind === 'signedIn';
    const hasSignedIn = this.#isSignedIn && !wasSignedIn && this.#wasAsked;
    if (this.#path !== location.pathname || hasSignedIn) {
      this.#path = location.pathname;
      this.#arrival = { scrollY: this.#navigation.scrollY };
    }
    if (this.#arrival) void this.#arrive();
    if (!this.#isSignedIn) this.#navigation.hold(undefined);
  }

  protected override render(): TemplateResult {
    const state = this.context?.session.state;
    if (!this.context || !state || state.kind === 'restoring') {
      return html`<div
        class="restoring"
        role="status"
        aria-label="Connecting to Vigie"
        data-testid="restoring"
      >
        ${logo()}
        <p>The server does not answer. Vigie keeps trying.</p>
      </div>`;
    }
    if (state.kind === 'signedOut') {
      this.#wasAsked = true;
      if (this.#navigation.route.page === 'secure')
        return html`<main>${renderPage(securePage('Back to sign-in'), this.#loader)}</main>`;
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
        @vigie-unsaved=${({ detail }: CustomEvent<Stake | null>) => this.#hold(detail)}
      >
        ${this.#page(this.context)}
      </main>
      <vigie-password-dialog .context=${this.context} ${ref(this.#passwordDialog)}></vigie-password-dialog>
      <vigie-shortcuts-dialog ${ref(this.#shortcutsDialog)}></vigie-shortcuts-dialog>
      <vigie-about-dialog ${ref(this.#aboutDialog)}></vigie-about-dialog>
      <vigie-connection-banner .live=${this.context.live}></vigie-connection-banner>
      <vigie-confirm-dialog ${ref(this.#leaveDialog)}></vigie-confirm-dialog>
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
    if (page) return renderPage(page, this.#loader);
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
    else if (detail.item.value === 'shortcuts') this.#shortcutsDialog.value?.show();
    else if (detail.item.value === 'about') this.#aboutDialog.value?.show();
    else this.#navigation.leave(() => void this.context?.session.signOut());
  };

  /** @param stake lost by leaving the page; null: nothing is */
  #hold(stake: Stake | null): void {
    this.#navigation.hold(
      stake
        ? async () =>
            (await this.#leaveDialog.value?.confirms({
              heading: 'Leave without saving?',
              stake,
              action: 'Leave without saving',
            })) ?? true
        : undefined,
    );
  }

  #title(): string {
    const { route } = this.#navigation;
    const state = this.context?.session.state.kind;
    if (!this.context || !state || state === 'restoring') return 'Vigie';
    if (state === 'signedOut' && route.page !== 'secure') return 'Sign in · Vigie';
    return `${pageOfRoute(route, this.context)?.title ?? 'Page not found'} · Vigie`;
  }

  /** Screen readers announce the new page by its heading. */
  async #arrive(): Promise<void> {
    const main = this.renderRoot.querySelector('main');
    const page = main?.firstElementChild;
    if (page instanceof LitElement) await page.updateComplete;
    const heading = (page?.shadowRoot ?? page)?.querySelector('h1');
    const arrival = this.#arrival;
    if (!main || !heading || !arrival) return;
    this.#arrival = undefined;
    this.renderRoot.querySelector('nav [aria-current=page]')?.scrollIntoView({ block: 'nearest' });
    heading.focus({ preventScroll: true });
    scrollBack(main, arrival.scrollY);
  }
}

customElements.define('vigie-app', VigieApp);

declare global {
  interface HTMLElementTagNameMap {
    'vigie-app': VigieApp;
  }
}
