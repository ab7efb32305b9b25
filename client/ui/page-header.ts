/**
 * The top of every page: a back link if there is one, the heading, the purpose of the page, and its buttons.
 *
 * Invariant: the heading takes the focus (`tabindex=-1`), so that a screen reader announces the page that was opened.
 */

import { css, html, nothing, type TemplateResult } from 'lit';

export interface PageHeader {
  title: string;
  /** Names the heading in browser tests. */
  testId?: string;
  back?: { href: string; label: string };
  /** One or two sentences below the title. */
  intro?: unknown;
  /** Buttons, links and fields at the end of the line. */
  actions?: unknown;
  /** One low line: what is below needs the height. */
  isLow?: boolean;
}

export const pageHeaderStyles = css`
  .page-header {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem 0.75rem;
    margin-bottom: 1rem;
  }
  .page-header .title {
    flex: 1;
    min-width: min(100%, 11rem);
  }
  .page-header h1 {
    overflow-wrap: anywhere;
  }
  .page-header.narrow h1 {
    font-size: 1.25rem;
  }
  .page-header.low {
    margin-bottom: 0.25rem;
  }
  .page-header.low .title {
    display: flex;
    align-items: baseline;
    gap: 0.75rem;
  }
  .page-header.low h1 {
    font-size: 1.125rem;
  }
  .page-header.low .intro {
    margin-top: 0;
  }
  .page-header .actions {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.4rem;
  }
  .page-header .intro {
    margin-top: 0.35rem;
    font-size: 0.9375rem;
  }
  .page-header .back {
    display: inline-grid;
    width: 2.5rem;
    height: 2.5rem;
    margin-inline-start: -0.5rem;
    border-radius: 0.6rem;
    color: inherit;
    font-size: 1.2rem;
    place-items: center;
  }
  .page-header .back:hover {
    background: var(--wa-color-neutral-fill-quiet);
  }
`;

export function pageHeader({ title, testId, back, intro, actions, isLow }: PageHeader): TemplateResult {
  return html`<header class="page-header ${back ? 'narrow' : ''} ${isLow ? 'low' : ''}">
    ${
      back
        ? html`<a class="back" href=${back.href} aria-label=${back.label} data-testid="back"
            ><wa-icon name="arrow-left"></wa-icon
          ></a>`
        : nothing
    }
    <div class="title">
      <h1 tabindex="-1" data-testid=${testId ?? nothing}>${title}</h1>
      ${intro === undefined ? nothing : html`<p class="intro quiet">${intro}</p>`}
    </div>
    ${actions === undefined ? nothing : html`<div class="actions">${actions}</div>`}
  </header>`;
}
