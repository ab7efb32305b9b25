/** /api/site: the time zone of all hours, and whether the clock can be right. */

import { Router } from 'express';
import type { Guard } from '../accounts/guard.ts';
import { serve } from '../http/serve.ts';
import type { SiteClockView } from '../wire/site.ts';
import type { SiteZone } from './site-zone.ts';

export interface Site {
  zone: SiteZone;
  trust: { readonly view: SiteClockView };
}

export function siteRoutes({ zone, trust }: Site, guard: Guard): Router {
  const router = Router();
  serve(router, 'GET /api/site/time-zone', ({ request }) => {
    guard.caller(request);
    return zone.view;
  });
  serve(router, 'PUT /api/site/time-zone', async ({ request, readBody }) => {
    guard.administrator(request);
    const { timeZone, unlessChosen = false } = readBody();
    await zone.set(timeZone, unlessChosen);
    return zone.view;
  });
  serve(router, 'GET /api/site/clock', ({ request }) => {
    guard.administrator(request);
    return trust.view;
  });
  return router;
}
