/** Routes of the server itself: health, figures, and reachability. */

import { z } from 'zod';
import type { ApiRouteTable } from '../api-route.ts';
import { HEALTH } from '../health.ts';
import { CONNECTION_FACTS, LOCAL_AUTHORITY_VIEW, SERVER_ADDRESSES } from '../connection-check.ts';
import { NEW_TIME_ZONE, SITE_CLOCK_VIEW, SITE_TIME_ZONE } from '../site.ts';
import { SERVER_STATUS } from '../server-status.ts';

/** The OpenAPI Specification defines its content. */
const OPENAPI_DOCUMENT = z.looseObject({ openapi: z.string() });

export const SERVER_ROUTES = {
  'GET /api/health': {
    summary: 'Check that the server is up and its data are intact; answered before every other route',
    response: HEALTH,
  },
  'GET /api/local-authority': {
    summary: 'Read the fingerprint of the server’s own authority',
    response: LOCAL_AUTHORITY_VIEW,
  },
  'GET /api/openapi.json': {
    summary: 'Read this description of the API',
    response: OPENAPI_DOCUMENT,
  },
  'GET /api/status': {
    summary: 'Read the server’s figures',
    response: SERVER_STATUS,
  },
  'GET /api/site/time-zone': {
    summary: 'Read the time zone of recording hours and quiet hours',
    response: SITE_TIME_ZONE,
  },
  'PUT /api/site/time-zone': {
    summary: 'Set the time zone of recording hours and quiet hours',
    body: NEW_TIME_ZONE,
    response: SITE_TIME_ZONE,
  },
  'GET /api/site/clock': {
    summary: 'Read whether the server’s clock can be right',
    response: SITE_CLOCK_VIEW,
  },
  'GET /api/connection': {
    summary: 'Read the server’s facts for the connection check',
    response: CONNECTION_FACTS,
  },
  'GET /api/connection/addresses': {
    summary: 'List the addresses for devices',
    response: SERVER_ADDRESSES,
  },
} as const satisfies ApiRouteTable;
