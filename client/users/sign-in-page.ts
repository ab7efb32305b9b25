/** The sign-in page. It is shown at any URL, so that the requested page follows. */

import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/callout/callout.js';
import '@awesome.me/webawesome/dist/components/input/input.js';
import { errorText } from '../http/api-error.ts';
import type { AppContext } from '../app-context.ts';
import { routePath } from '../routing/routes.ts';
import { sharedStyles } from '../ui/shared-styles.ts';
import { passwordOf, textOf } from '../ui/form-dialog.ts';
import { logo } from '../ui/logo.ts';

export class SignInPage extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: grid;
        min-height: 100dvh;
        padding: 1.5rem 1rem max(12vh, 1.5rem);
        place-items: center;
      }
      main {
        width: min(23rem, 100%);
      }
      header {
        display: grid;
        justify-items: center;
        gap: 0.6rem;
        margin-bottom: 1.75rem;
        text-align: center;
      }
      header svg {
        width: 3.25rem;
        height: 3.25rem;
        color: var(--wa-color-brand-50);
      }
      :host-context(.wa-dark) header svg {
        color: var(--wa-color-brand-80);
      }
      h1 {
        font-size: 1.75rem;
      }
      form {
        display: grid;
        gap: 1.1rem;
        padding: 1.5rem;
      }
      .secure {
        margin-top: 1rem;
        text-align: center;
        font-size: 0.875rem;
      }
    `,
  ];
  static override properties = {
    context: { attribute: false },
    message: {},
    hasAuthority: { type: Boolean },
    busy: { state: true },
    error: { state: true },
  };
  declare context: AppContext;
  /** Why the user has to sign in again. */
  declare message: string | undefined;
  /** There is a certificate to install; a browser warning may have led the user here. */
  declare hasAuthority: boolean;
  declare protected busy: boolean;
  declare protected error: string | null;

  constructor() {
    super();
    this.busy = false;
    this.error = null;
    this.hasAuthority = false;
  }

  protected override render(): TemplateResult {
    const problem = this.error ?? this.message;
    return html`
      <main>
        <header>
          ${logo()}
          <h1>Vigie</h1>
          <p class="quiet">Sign in to watch your cameras.</p>
        </header>
        <form class="card" @submit=${this.#onSubmit} data-testid="sign-in-form">
          <wa-input
            name="username"
            label="User name"
            autocomplete="username"
            autocapitalize="off"
            spellcheck="false"
            required
            autofocus
            data-testid="username"
          ></wa-input>
          <wa-input
            name="password"
            type="password"
            label="Password"
            autocomplete="current-password"
            required
            password-toggle
            data-testid="password"
          ></wa-input>
          ${
            problem
              ? html`<wa-callout
                  variant=${this.error ? 'danger' : 'neutral'}
                  size="s"
                  role="alert"
                  data-testid="sign-in-error"
                  >${problem}</wa-callout
                >`
              : nothing
          }
          <wa-button type="submit" variant="brand" ?loading=${this.busy} data-testid="sign-in"
            >Sign in</wa-button
          >
        </form>
        ${
          this.hasAuthority
            ? html`<p class="secure">
                <a href=${routePath({ page: 'secure' })} data-testid="secure-link"
                  >Does your browser warn about an insecure connection?</a
                >
              </p>`
            : nothing
        }
      </main>
    `;
  }

  readonly #onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (!this.busy) void this.#signIn(new FormData(event.currentTarget as HTMLFormElement));
  };

  async #signIn(form: FormData): Promise<void> {
    this.busy = true;
    this.error = null;
    try {
      await this.context.session.signIn(textOf(form, 'username'), passwordOf(form, 'password'));
    } catch (error) {
      this.error = errorText(error);
    } finally {
      this.busy = false;
    }
  }
}

customElements.define('vigie-sign-in-page', SignInPage);
