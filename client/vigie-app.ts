/** The frame of the app: the bar on top, the page of the URL, and the sign-in page while nobody is signed in. */

import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { createRef, ref } from 'lit/directives/ref.js';
import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/dropdown/dropdown.js';
import '@awesome.me/webawesome/dist/components/dropdown-item/dropdown-item.js';
import { isAdministrator, type AppContext } from './app-context.ts';
import './dialogs/password-dialog.ts';
import type { PasswordDialog } from './dialogs/password-dialog.ts';
import { localAuthority } from './local-authority.ts';
import { Navigation } from './navigation.ts';
import './pages/camera-page.ts';
import './pages/cameras-page.ts';
import './pages/sign-in-page.ts';
import { routePath } from './routes.ts';
import type { User } from './session.ts';
import { sharedStyles } from './style/shared-styles.ts';
import './ui/connection-banner.ts';
import { listen } from './ui/listen.ts';
import { logo } from './ui/logo.ts';
import { appStyles } from './vigie-app.styles.ts';

export class VigieApp extends LitElement {
  static override styles = [sharedStyles, appStyles];
  static override properties = { context: { attribute: false }, hasAuthority: { state: true } };
  declare context: AppContext | undefined;
  /** There is a certificate to install. */
  declare protected hasAuthority: boolean;
  readonly #navigation = new Navigation();
  readonly #passwordDialog = createRef<PasswordDialog>();
  #path = location.pathname;

  constructor() {
    super();
    this.hasAuthority = false;
    void this.#askForAuthority();
    listen(this, (update) => this.#navigation.on('change', update));
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('context') || !this.context) return;
    const { session, live } = this.context;
    listen(this, (update) => session.on('change', update));
    listen(this, (update) => live.cameras.on('change', update));
  }

  protected override updated(): void {
    document.title = this.#title();
    if (this.#path === location.pathname) return;
    this.#path = location.pathname;
    // A reader of the screen is told of the new page by its heading.
    void this.#focusHeading();
  }

  protected override render(): TemplateResult {
    const state = this.context?.session.state;
    if (!this.context || !state || state.kind === 'restoring') {
      return html`<div class="restoring" role="status" aria-label="Connecting to Vigie">${logo()}</div>`;
    }
    if (state.kind === 'signedOut') {
      if (this.#navigation.route.page === 'secure')
        return html`<main>${this.#securePage('Back to signing in')}</main>`;
      return html`<vigie-sign-in-page
        .context=${this.context}
        .message=${state.message}
        .hasAuthority=${this.hasAuthority}
      ></vigie-sign-in-page>`;
    }
    return html`
      ${this.#bar(state.user)}
      <main>${this.#page(this.context, state.user)}</main>
      <vigie-password-dialog .context=${this.context} ${ref(this.#passwordDialog)}></vigie-password-dialog>
      <vigie-connection-banner .signaling=${this.context.live.signaling}></vigie-connection-banner>
    `;
  }

  #bar(user: User): TemplateResult {
    const { page } = this.#navigation.route;
    const link = (target: 'cameras' | 'users' | 'firmware', label: string): TemplateResult =>
      html`<a href=${routePath({ page: target })} aria-current=${page === target ? 'page' : 'false'}
        >${label}</a
      >`;
    return html`<div class="bar">
      <a class="brand" href="/" aria-label="Vigie, all cameras">${logo()}<span>Vigie</span></a>
      ${
        isAdministrator(user)
          ? html`<nav aria-label="Main">
              ${link('cameras', 'Cameras')} ${link('users', 'Users')} ${link('firmware', 'Firmware')}
            </nav>`
          : html`<span class="space"></span>`
      }
      <wa-dropdown placement="bottom-end" @wa-select=${this.#onUserMenu}>
        <wa-button slot="trigger" size="s" appearance="plain" with-caret data-testid="user-menu">
          <wa-icon slot="start" name="user"></wa-icon><span class="username">${user.username}</span>
        </wa-button>
        <wa-dropdown-item value="password" data-testid="change-password">
          <wa-icon slot="icon" name="lock"></wa-icon>Change password
        </wa-dropdown-item>
        <wa-dropdown-item value="connection" data-testid="check-connection">
          <wa-icon slot="icon" name="gauge"></wa-icon>Check the connection
        </wa-dropdown-item>
        ${
          this.hasAuthority
            ? html`<wa-dropdown-item value="secure" data-testid="secure-connection">
                <wa-icon slot="icon" name="lock"></wa-icon>Secure connection
              </wa-dropdown-item>`
            : nothing
        }
        <wa-dropdown-item value="signOut" data-testid="sign-out">
          <wa-icon slot="icon" name="sign-out"></wa-icon>Sign out
        </wa-dropdown-item>
      </wa-dropdown>
    </div>`;
  }

  #page(context: AppContext, user: User): TemplateResult {
    const { route } = this.#navigation;
    if (route.page === 'cameras') return html`<vigie-cameras-page .context=${context}></vigie-cameras-page>`;
    if (route.page === 'camera') {
      return html`<vigie-camera-page .context=${context} .cameraId=${route.cameraId}></vigie-camera-page>`;
    }
    if (route.page === 'recordings') {
      if (customElements.get('vigie-recordings-page')) {
        return html`<vigie-recordings-page
          .context=${context}
          .cameraId=${route.cameraId}
          .atMs=${route.atMs}
        ></vigie-recordings-page>`;
      }
      void import('./pages/recordings-page.ts').then(() => this.requestUpdate());
      return html``;
    }
    if (route.page === 'users' && isAdministrator(user)) {
      if (customElements.get('vigie-users-page')) {
        return html`<vigie-users-page .context=${context}></vigie-users-page>`;
      }
      // Few need it, so it is fetched when it is.
      void import('./pages/users-page.ts').then(() => this.requestUpdate());
      return html``;
    }
    if (route.page === 'firmware' && isAdministrator(user)) {
      if (customElements.get('vigie-firmware-page')) {
        return html`<vigie-firmware-page .context=${context}></vigie-firmware-page>`;
      }
      void import('./pages/firmware-page.ts').then(() => this.requestUpdate());
      return html``;
    }
    if (route.page === 'connection') {
      if (customElements.get('vigie-connection-page')) {
        return html`<vigie-connection-page .context=${context}></vigie-connection-page>`;
      }
      void import('./pages/connection-page.ts').then(() => this.requestUpdate());
      return html``;
    }
    if (route.page === 'secure') return this.#securePage('Back to the cameras');
    return html`<div class="lost" data-testid="not-found">
      <h1 tabindex="-1">There is no such page</h1>
      <p><a href="/">Back to the cameras</a></p>
    </div>`;
  }

  async #askForAuthority(): Promise<void> {
    this.hasAuthority = (await localAuthority()) !== null;
  }

  #securePage(back: string): TemplateResult {
    if (customElements.get('vigie-secure-page'))
      return html`<vigie-secure-page .back=${back}></vigie-secure-page>`;
    void import('./pages/secure-page.ts').then(() => this.requestUpdate());
    return html``;
  }

  readonly #onUserMenu = ({ detail }: CustomEvent<{ item: { value: string } }>): void => {
    if (detail.item.value === 'password') this.#passwordDialog.value?.showFor(null);
    else if (detail.item.value === 'connection') this.#navigation.go({ page: 'connection' });
    else if (detail.item.value === 'secure') this.#navigation.go({ page: 'secure' });
    else void this.context?.session.signOut();
  };

  #title(): string {
    const { route } = this.#navigation;
    if (route.page === 'secure') return 'Secure connection · Vigie';
    if (this.context?.session.state.kind !== 'signedIn') return 'Vigie';
    if (route.page === 'camera' || route.page === 'recordings')
      return `${this.context.live.cameras.find(route.cameraId)?.name ?? 'Camera'} · Vigie`;
    if (route.page === 'connection') return 'Connection · Vigie';
    if (route.page === 'firmware') return 'Firmware · Vigie';
    return route.page === 'users' ? 'Users · Vigie' : 'Vigie';
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
