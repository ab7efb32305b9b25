/** The page of each route: its element, who may see it, and its title. Rarely used pages are loaded on demand. */

import { html, type TemplateResult } from 'lit';
import type { Right } from '../../server/wire/rights.ts';
import { isAdministrator, type AppContext } from '../app-context.ts';
import '../cameras/camera-page.ts';
import '../cameras/cameras-page.ts';
import { routePath, type Reachable, type Route } from '../routing/routes.ts';
import type { LazyElement, PageLoader } from './page-loader.ts';

interface Page {
  title: string;
  forAdministrators?: true;
  /** Shown to those with this right to the camera. */
  needs?: { right: Right; cameraId: string };
  element: TemplateResult;
  /** Undefined for elements that are always loaded. */
  lazy?: LazyElement;
}

/** @returns undefined for a page there is not, or not for this user */
export function pageOfRoute(route: Route, context: AppContext): Page | undefined {
  const page = route.page === 'unknown' ? undefined : pageAt(route, context);
  if (page?.forAdministrators && !isAdministrator(context.session.user)) return undefined;
  return page && isWithheld(page, context) ? { title: page.title, element: noAccess(page) } : page;
}

/** For a camera to which the user has another right; without any right, the page says that there is no such camera. */
function isWithheld({ needs }: Page, { live: { cameras } }: AppContext): boolean {
  return needs !== undefined && !!cameras.find(needs.cameraId) && !cameras.may(needs.right, needs.cameraId);
}

/** In words, before “of this camera”. */
const NEEDED: Readonly<Record<Right, string>> = {
  live: 'see the live video',
  lookBack: 'see the recordings',
  events: 'see the events',
  control: 'change the settings',
};

function noAccess({ title, needs }: Page): TemplateResult {
  const what = NEEDED[needs?.right ?? 'lookBack'];
  return html`<div data-testid="no-access">
    <h1 tabindex="-1">${title}</h1>
    <p>You do not have the right to ${what} of this camera. An administrator can give it to you.</p>
    <p><a href=${routePath({ page: 'camera', cameraId: needs?.cameraId ?? '' })}>Back to the camera</a></p>
  </div>`;
}

function pageAt(route: Reachable, context: AppContext): Page {
  switch (route.page) {
    case 'cameras':
      return {
        title: 'Cameras',
        element: html`<vigie-cameras-page .context=${context}></vigie-cameras-page>`,
      };
    case 'camera':
      return {
        title: cameraName(context, route.cameraId),
        element: html`<vigie-camera-page
          .context=${context}
          .cameraId=${route.cameraId}
        ></vigie-camera-page>`,
      };
    case 'recordings':
      return {
        title: `${cameraName(context, route.cameraId)}: recordings`,
        needs: { right: 'lookBack', cameraId: route.cameraId },
        element: html`<vigie-recordings-page
          .context=${context}
          .cameraId=${route.cameraId}
          .atMs=${route.atMs}
        ></vigie-recordings-page>`,
        lazy: ['vigie-recordings-page', () => import('../recordings/recordings-page.ts')],
      };
    case 'motion':
      return {
        title: `${cameraName(context, route.cameraId)}: motion detection`,
        forAdministrators: true,
        element: html`<vigie-motion-page
          .context=${context}
          .cameraId=${route.cameraId}
        ></vigie-motion-page>`,
        lazy: ['vigie-motion-page', () => import('../motion/motion-page.ts')],
      };
    case 'setup':
      return {
        title: `${cameraName(context, route.cameraId)}: set-up`,
        needs: { right: 'control', cameraId: route.cameraId },
        element: html`<vigie-setup-page .context=${context} .cameraId=${route.cameraId}></vigie-setup-page>`,
        lazy: ['vigie-setup-page', () => import('../cameras/setup-page.ts')],
      };
    case 'lookBack':
      return {
        title: 'Recordings',
        element: html`<vigie-look-back-page .context=${context}></vigie-look-back-page>`,
        lazy: ['vigie-look-back-page', () => import('../recordings/look-back-page.ts')],
      };
    case 'events':
      return {
        title: route.cameraId === undefined ? 'Events' : `${cameraName(context, route.cameraId)}: events`,
        ...(route.cameraId !== undefined && { needs: { right: 'events', cameraId: route.cameraId } }),
        element: html`<vigie-events-page
          .context=${context}
          .cameraId=${route.cameraId}
        ></vigie-events-page>`,
        lazy: ['vigie-events-page', () => import('../events/events-page.ts')],
      };
    case 'notifications':
      return {
        title: 'Notifications',
        element: html`<vigie-notifications-page .context=${context}></vigie-notifications-page>`,
        lazy: ['vigie-notifications-page', () => import('../notifications/notifications-page.ts')],
      };
    case 'connection':
      return {
        title: 'Connection check',
        element: html`<vigie-connection-page .context=${context}></vigie-connection-page>`,
        lazy: ['vigie-connection-page', () => import('../connection/connection-page.ts')],
      };
    case 'secure':
      return securePage('Back to the cameras');
    case 'users':
      return {
        title: 'Users',
        forAdministrators: true,
        element: html`<vigie-users-page .context=${context}></vigie-users-page>`,
        lazy: ['vigie-users-page', () => import('../users/users-page.ts')],
      };
    case 'keys':
      return {
        title: 'API keys',
        element: html`<vigie-api-keys-page .context=${context}></vigie-api-keys-page>`,
        lazy: ['vigie-api-keys-page', () => import('../users/api-keys-page.ts')],
      };
    case 'firmware':
      return {
        title: 'Firmware',
        forAdministrators: true,
        element: html`<vigie-firmware-page .context=${context}></vigie-firmware-page>`,
        lazy: ['vigie-firmware-page', () => import('../firmware/firmware-page.ts')],
      };
    case 'webhooks':
      return {
        title: 'Webhooks',
        forAdministrators: true,
        element: html`<vigie-webhooks-page .context=${context}></vigie-webhooks-page>`,
        lazy: ['vigie-webhooks-page', () => import('../webhooks/webhooks-page.ts')],
      };
    case 'audit':
      return {
        title: 'Audit log',
        forAdministrators: true,
        element: html`<vigie-audit-page .context=${context}></vigie-audit-page>`,
        lazy: ['vigie-audit-page', () => import('../audit/audit-page.ts')],
      };
    case 'api':
      return {
        title: 'HTTP API',
        element: html`<vigie-api-page .context=${context}></vigie-api-page>`,
        lazy: ['vigie-api-page', () => import('../api-reference/api-page.ts')],
      };
    default:
      return route satisfies never;
  }
}

/** Also for users who are not signed in yet: their device may have to trust the server first. */
export function securePage(back: string): Page {
  return {
    title: 'Secure connection',
    element: html`<vigie-secure-page .back=${back}></vigie-secure-page>`,
    lazy: ['vigie-secure-page', () => import('../connection/secure-page.ts')],
  };
}

export function renderPage({ element, lazy }: Page, loader: PageLoader): TemplateResult {
  return (lazy && loader.waitFor(lazy)) ?? element;
}

function cameraName(context: AppContext, cameraId: string): string {
  return context.live.cameras.find(cameraId)?.name ?? 'Camera';
}
