/**
 * A dialog with a form, the base of all dialogs of the app. Enter submits; the button is busy until the server answers; an error
 * is shown in the dialog as text, and no input is lost.
 */

import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/dialog/dialog.js';
import '@awesome.me/webawesome/dist/components/input/input.js';
import { errorText } from '../http/api-error.ts';
import { errorCallout } from './error-callout.ts';
import { sharedStyles } from './shared-styles.ts';

/** @template Context the data that the page passes to the dialog */
export abstract class FormDialog<Context = unknown> extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      wa-dialog {
        --width: min(32rem, calc(100vw - 2rem));
      }
      wa-dialog::part(title) {
        padding-block: 0.5rem;
        line-height: 1.25;
        font-size: 1.2rem;
        font-weight: var(--wa-font-weight-heading);
      }
      form,
      .outcome {
        display: grid;
        gap: 1rem;
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        gap: 0.6rem;
        justify-content: flex-end;
      }
      /* Reachable even if the form is longer than the screen. */
      form .actions {
        position: sticky;
        z-index: 1;
        bottom: calc(-1 * var(--spacing));
        margin-bottom: calc(-1 * var(--spacing));
        padding-block: 0.5rem var(--spacing);
        background: var(--wa-color-surface-raised);
      }
    `,
  ];
  static override properties = {
    context: { attribute: false },
    open: { state: true },
    busy: { state: true },
    error: { state: true },
  };

  declare context: Context;
  declare protected open: boolean;
  declare protected busy: boolean;
  declare protected error: string | null;
  /** Names the dialog in browser tests. */
  protected abstract readonly testId: string;
  protected submitLabel = 'Save';
  protected submitVariant: 'brand' | 'danger' = 'brand';

  constructor() {
    super();
    this.open = false;
    this.busy = false;
    this.error = null;
  }

  /** Whether it may be submitted yet. */
  protected get isReady(): boolean {
    return true;
  }

  show(): void {
    this.error = null;
    this.busy = false;
    this.open = true;
    // The last input was for another camera or user.
    this.renderRoot.querySelector('form')?.reset();
  }

  hide(): void {
    this.open = false;
  }

  protected abstract heading(): string;
  protected abstract fields(): TemplateResult;

  /**
   * Performs the dialog's action.
   *
   * @returns true to keep the dialog open
   * @throws an error that is shown in the dialog
   */
  protected abstract submit(form: FormData): Promise<boolean | void>;

  /** Replaces the form once there is nothing more to enter, above a button that closes the dialog. */
  protected outcome(): TemplateResult | null {
    return null;
  }

  protected override render(): TemplateResult {
    return html`
      <wa-dialog
        label=${this.heading()}
        ?open=${this.open}
        data-testid=${this.testId}
        @wa-after-hide=${this.#onHidden}
      >
        ${this.open ? this.#content() : nothing}
      </wa-dialog>
    `;
  }

  #content(): TemplateResult {
    const outcome = this.outcome();
    if (outcome === null) return this.#form();
    return html`<div class="outcome">
      ${outcome}
      <div class="actions">
        <wa-button variant="brand" @click=${() => this.hide()} data-testid="dialog-done">Done</wa-button>
      </div>
    </div>`;
  }

  #form(): TemplateResult {
    return html`
      <form @submit=${this.#onSubmit}>
        ${this.fields()} ${errorCallout(this.error, 'dialog-error')}
        <div class="actions">
          <wa-button type="button" appearance="plain" @click=${() => this.hide()} data-testid="dialog-cancel"
            >Cancel</wa-button
          >
          <wa-button
            type="submit"
            variant=${this.submitVariant}
            ?loading=${this.busy}
            ?disabled=${!this.isReady}
            data-testid="dialog-submit"
            >${this.submitLabel}</wa-button
          >
        </div>
      </form>
    `;
  }

  readonly #onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (this.busy || !this.isReady) return;
    void this.#run(new FormData(event.currentTarget as HTMLFormElement));
  };

  async #run(form: FormData): Promise<void> {
    this.busy = true;
    this.error = null;
    try {
      if (!(await this.submit(form))) this.hide();
    } catch (error) {
      this.error = errorText(error);
    } finally {
      this.busy = false;
    }
  }

  /** Tooltips and menus inside the dialog hide too, and their events bubble. */
  readonly #onHidden = (event: Event): void => {
    if (event.target === event.currentTarget) this.hide();
  };
}

/** A text field of a submitted form, without space around it. */
export function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === 'string' ? value.trim() : '';
}

/** A password, exactly as typed. */
export function passwordOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === 'string' ? value : '';
}
