/** Routes of the server itself: health, figures, and reachability. */

import type { ApiRouteTable } from '../api-route.ts';
import { HEALTH } from '../health.ts';
import { CONNECTION_FACTS, LOCAL_AUTHORITY_VIEW, SERVER_ADDRESSES } from '../connection-check.ts';
import { NEW_TIME_ZONE, SITE_CLOCK_VIEW, SITE_TIME_ZONE } from '../site.ts';
import { SERVER_STATUS } from '../server-status.ts';

export const SERVER_ROUTES = {
  'GET /api/health': {
    summary: 'Check that the server is up and its data are sound; answered before every other route',
    access: 'anyone',
    response: HEALTH,
  },
  'GET /api/local-authority': {
    summary: 'Read the fingerprint of the server’s own authority',
    access: 'anyone',
    response: LOCAL_AUTHORITY_VIEW,
  },
  'GET /api/status': {
    summary: 'Read the server’s figures',
    access: 'administrator',
    response: SERVER_STATUS,
  },
  'GET /api/site/time-zone': {
    summary: 'Read the time zone of recording hours and quiet hours',
    access: 'user',
    response: SITE_TIME_ZONE,
  },
  'PUT /api/site/time-zone': {
    summary: 'Set the time zone of recording hours and quiet hours',
    access: 'administrator',
    body: NEW_TIME_ZONE,
    response: SITE_TIME_ZONE,
  },
  'GET /api/site/clock': {
    summary: 'Read whether the server’s clock can be right',
    access: 'administrator',
    response: SITE_CLOCK_VIEW,
  },
  'GET /api/connection': {
    summary: 'Read the server’s facts for the connection check',
    access: 'user',
    response: CONNECTION_FACTS,
  },
  'GET /api/connection/addresses': {
    summary: 'List the addresses for devices',
    access: 'administrator',
    response: SERVER_ADDRESSES,
  },
} as const satisfies ApiRouteTable;
