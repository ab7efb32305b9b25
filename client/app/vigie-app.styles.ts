/** Styles of the app's frame. */

import { css } from 'lit';

export const appStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    min-height: 100dvh;
  }
  .bar {
    position: sticky;
    z-index: 5;
    top: 0;
    display: flex;
    align-items: center;
    gap: 1rem;
    height: 3.5rem;
    padding-inline: max(1.25rem, env(safe-area-inset-left)) max(0.75rem, env(safe-area-inset-right));
    border-bottom: 1px solid var(--wa-color-surface-border);
    background: color-mix(in srgb, var(--vigie-page) 88%, transparent);
    backdrop-filter: blur(10px);
  }
  .brand {
    display: flex;
    align-items: center;
    gap: 0.55rem;
    border-radius: 0.5rem;
    color: var(--wa-color-text-normal);
    font-size: 1.125rem;
    font-weight: 700;
    letter-spacing: -0.01em;
    text-decoration: none;
  }
  .brand svg {
    width: 1.7rem;
    height: 1.7rem;
    color: var(--wa-color-brand-50);
  }
  :host-context(.wa-dark) .brand svg,
  :host-context(.wa-dark) .restoring svg {
    color: var(--wa-color-brand-80);
  }
  nav {
    display: flex;
    flex: 1;
    gap: 0.25rem;
    min-width: 0;
    margin-inline-start: 0.5rem;
    /* Room for the focus ring. */
    padding: 0.25rem;
    /* On a narrow phone, a swipe reaches the links that do not fit beside the menu. */
    overflow-x: auto;
    scrollbar-width: none;
  }
  nav a {
    padding: 0.35rem 0.7rem;
    border-radius: 0.55rem;
    color: var(--wa-color-text-quiet);
    font-size: 0.9375rem;
    font-weight: 550;
    text-decoration: none;
  }
  nav a:hover {
    color: var(--wa-color-text-normal);
  }
  nav a[aria-current='page'] {
    background: var(--wa-color-neutral-fill-normal);
    color: var(--wa-color-text-normal);
  }
  [slot='trigger'] wa-icon {
    font-size: 1.1rem;
  }
  main {
    flex: 1;
    width: min(100%, 110rem);
    margin-inline: auto;
    padding: 1.5rem max(1.25rem, env(safe-area-inset-right)) 4rem max(1.25rem, env(safe-area-inset-left));
  }
  .restoring {
    display: grid;
    flex: 1;
    place-items: center;
  }
  .restoring svg {
    width: 3.25rem;
    height: 3.25rem;
    color: var(--wa-color-brand-50);
    animation: appear 500ms 300ms both;
  }
  .lost {
    display: grid;
    gap: 0.75rem;
    padding-top: 12vh;
    text-align: center;
  }
  @keyframes appear {
    from {
      opacity: 0;
    }
  }
  @media (max-width: 600px) {
    .bar {
      gap: 0.5rem;
      padding-inline: 1rem 0.25rem;
    }
    .brand span,
    [slot='trigger']::part(label) {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
    nav {
      gap: 0;
      margin-inline-start: 0;
      padding-inline-end: 1.25rem;
      /* Shows that there is more to swipe to. */
      mask-image: linear-gradient(to right, #000 calc(100% - 1.5rem), transparent);
    }
    nav a {
      padding-inline: 0.5rem;
      font-size: 0.875rem;
    }
    [slot='trigger']::part(caret) {
      display: none;
    }
    [slot='trigger'] [slot='start'] {
      margin: 0;
    }
    main {
      padding: 1rem 1rem 4rem;
    }
  }
`;
