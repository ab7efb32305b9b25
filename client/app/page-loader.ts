/**
 * Loads the modules of pages that are fetched when they are wanted. While the server is away it says so and tries again; after
 * an upgrade, whose server no longer has this build's files, it loads the whole app anew.
 *
 * Invariant: whatever happens, there is something on the screen after 300 ms.
 */

import { html, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/spinner/spinner.js';
import { Backoff } from '../signaling/backoff.ts';
import { ownRelease, reloadPage, servedRelease } from './release.ts';

/** An element and the module that defines it. */
export type LazyElement = readonly [tag: string, load: () => Promise<unknown>];

const SPINNER_AFTER_MS = 300;
/** Failures while the server is there: some browsers do not ask for a file again that failed once. */
const MAX_FAILURES = 2;

export class PageLoader {
  readonly #onChange: () => void;
  #element: LazyElement | undefined;
  #state: 'loading' | 'slow' | 'failed' = 'loading';
  #backoff = new Backoff({ baseMs: 1_000, maxMs: 5_000 });
  #failures = 0;
  #spinner: ReturnType<typeof setTimeout> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;

  /** @param onChange called when there is something else to show */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** @returns undefined once the element is there */
  waitFor(element: LazyElement): TemplateResult | undefined {
    if (customElements.get(element[0])) return undefined;
    if (this.#element?.[0] !== element[0]) this.#begin(element);
    if (this.#state === 'loading') return html`<div aria-busy="true"></div>`;
    if (this.#state === 'slow')
      return html`<div class="lost" role="status" aria-label="Loading" data-testid="page-loading">
        <wa-spinner></wa-spinner>
      </div>`;
    return html`<div class="lost" data-testid="page-failed">
      <h1 tabindex="-1">This page cannot be loaded</h1>
      <p>The server does not answer. The page appears as soon as it does.</p>
      <p>
        <wa-button appearance="outlined" data-testid="retry" @click=${() => void this.#load()}
          >Try again</wa-button
        >
      </p>
    </div>`;
  }

  #begin(element: LazyElement): void {
    this.#element = element;
    this.#backoff.reset();
    this.#failures = 0;
    this.#state = 'loading';
    clearTimeout(this.#spinner);
    this.#spinner = setTimeout(() => this.#show('slow'), SPINNER_AFTER_MS);
    void this.#load();
  }

  async #load(): Promise<void> {
    const element = this.#element;
    clearTimeout(this.#retry);
    try {
      await element?.[1]();
      if (element !== this.#element) return;
      clearTimeout(this.#spinner);
      this.#onChange();
    } catch {
      if (element !== this.#element) return;
      clearTimeout(this.#spinner);
      this.#show('failed');
      await this.#reloadIfUpgraded();
      if (element !== this.#element) return;
      clearTimeout(this.#retry);
      this.#retry = setTimeout(() => void this.#load(), this.#backoff.next());
    }
  }

  async #reloadIfUpgraded(): Promise<void> {
    const served = await servedRelease();
    if (served === undefined) return;
    if (served !== ownRelease() || ++this.#failures >= MAX_FAILURES) reloadPage();
  }

  #show(state: 'slow' | 'failed'): void {
    this.#state = state;
    this.#onChange();
  }
}
