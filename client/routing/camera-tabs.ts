/** The tabs of a camera: its pages, on each of them in the same place. */

import { css, html, nothing, type TemplateResult } from 'lit';
import type { CameraView } from '../../server/wire/camera.ts';
import { routePath } from './routes.ts';

export type CameraTab = 'camera' | 'recordings' | 'events' | 'setup';

export const cameraTabsStyles = css`
  .tabs {
    display: flex;
    gap: 0.25rem;
    margin-bottom: 0.5rem;
    border-bottom: 1px solid var(--wa-color-surface-border);
    overflow-x: auto;
    scrollbar-width: none;
  }
  .tabs a {
    flex: none;
    padding: 0.4rem 0.8rem;
    border-bottom: 2px solid transparent;
    color: var(--wa-color-text-quiet);
    font-size: 0.9375rem;
    font-weight: 550;
    text-decoration: none;
  }
  .tabs a:hover {
    color: var(--wa-color-text-normal);
  }
  .tabs a[aria-current='page'] {
    border-color: var(--wa-color-brand-50);
    color: var(--wa-color-text-normal);
  }
  :host-context(.wa-dark) .tabs a[aria-current='page'] {
    border-color: var(--wa-color-brand-70);
  }
  .tabs a:focus-visible {
    outline-offset: -2px;
  }
  @media (max-width: 600px) {
    .tabs a {
      flex: 1;
      padding: 0.7rem 0.4rem;
      text-align: center;
    }
  }
`;

/** @param camera undefined while it is not known, and for one that was removed: it has no tabs @param current the page shown */
export function cameraTabs(
  camera: Pick<CameraView, 'id' | 'rights'> | undefined,
  current: CameraTab,
): TemplateResult | typeof nothing {
  if (!camera) return nothing;
  const { id: cameraId, rights } = camera;
  const tabs: readonly (readonly [CameraTab, string, boolean])[] = [
    ['camera', 'Live', rights.includes('live')],
    ['recordings', 'Recordings', rights.includes('lookBack')],
    ['events', 'Events', rights.includes('events')],
    ['setup', 'Set-up', rights.includes('control')],
  ];
  const shown = tabs.filter(([page, , isOffered]) => isOffered || page === current);
  // One tab is no choice.
  if (shown.length < 2) return nothing;
  return html`<nav class="tabs" aria-label="Camera" data-testid="camera-tabs">
    ${shown.map(
      ([page, label]) =>
        html`<a
          href=${routePath({ page, cameraId })}
          data-testid="tab-${page}"
          aria-current=${page === current ? 'page' : nothing}
          >${label}</a
        >`,
    )}
  </nav>`;
}
