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
  main.wall {
    width: 100%;
    padding-block: 0.25rem;
  }
  nav wa-icon,
  .more,
  .narrow {
    display: none;
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
  .restoring {
    align-content: center;
    gap: 1.25rem;
    min-height: 100dvh;
    padding: 1rem;
    text-align: center;
  }
  /* Most servers have answered long before. */
  .restoring p {
    color: var(--wa-color-text-quiet);
    animation: appear 500ms 4s both;
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
  /* A phone in portrait: the bar is in reach of the thumb. */
  @media (max-width: 600px) {
    .bar {
      position: fixed;
      z-index: 5;
      top: auto;
      right: 0;
      bottom: 0;
      left: 0;
      gap: 0;
      height: calc(3.5rem + env(safe-area-inset-bottom));
      padding: 0 env(safe-area-inset-right) env(safe-area-inset-bottom) env(safe-area-inset-left);
      border-top: 1px solid var(--wa-color-surface-border);
      border-bottom: 0;
    }
    .brand,
    .wide,
    .username,
    [slot='trigger']::part(caret) {
      display: none;
    }
    nav {
      flex: 3;
      gap: 0;
      height: 100%;
      margin: 0;
      padding: 0;
    }
    nav a,
    [slot='trigger']::part(label) {
      font-size: 0.75rem;
      font-weight: 550;
    }
    nav a {
      display: grid;
      flex: 1;
      align-content: center;
      gap: 0.15rem;
      padding: 0;
      border-radius: 0;
      justify-items: center;
    }
    nav a[aria-current='page'] {
      background: none;
      color: var(--wa-color-brand-on-quiet);
    }
    nav wa-icon {
      display: block;
      font-size: 1.3rem;
    }
    wa-dropdown {
      flex: 1;
    }
    .more {
      display: inline;
    }
    .narrow {
      display: flex;
    }
    [slot='trigger']::part(base) {
      display: grid;
      width: 100%;
      height: 3.5rem;
      gap: 0.15rem;
      align-content: center;
      justify-items: center;
      color: var(--wa-color-text-quiet);
    }
    [slot='trigger'] [slot='start'] {
      margin: 0;
      font-size: 1.3rem;
    }
    main,
    main.wall {
      padding: 1rem 1rem calc(4.5rem + env(safe-area-inset-bottom));
    }
    main.wall {
      padding-block-start: 0.5rem;
      padding-inline: 0.75rem;
    }
  }
`;
