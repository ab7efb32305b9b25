/**
 * The OpenAPI 3.1 description of the HTTP API, generated from the tables that the server itself uses: routes and schemas
 * (wire/api-routes.ts) and who may call them (wire/authorization.ts).
 *
 * Invariant: every route is in it, with every status it answers.
 */

import { z } from 'zod';
import { createDocument, type ZodOpenApiObject, type ZodOpenApiOperationObject } from 'zod-openapi';
import { COMMON_ERRORS, statusesOf, type ApiRoute } from '../wire/api-route.ts';
import { ROUTE_GROUPS, type ApiRouteName } from '../wire/api-routes.ts';
import { ROUTE_AUTHORIZATION, type Authorization } from '../wire/authorization.ts';
import { keyAccessOf } from '../wire/key-access.ts';
import { idempotencyKey } from '../wire/fields.ts';
import { PROBLEM } from '../wire/problem.ts';
import { SCHEMA_NAMES } from './schema-names.ts';

type Operation = ZodOpenApiOperationObject;
type Responses = NonNullable<Operation['responses']>;

const ABOUT = `Every request that is not public carries \`Authorization: Bearer\` and an API key, or the token of a session. \
Every error is problem details (RFC 9457) with a \`code\` for programs and a \`detail\` for people. \
Times are milliseconds since the Unix epoch. \
JSON that is read carries an \`ETag\`; with \`If-None-Match\` the answer is 304 while it is the same. \
A page of a longer list carries \`Link: <…>; rel="next"\` (RFC 8288). \
What makes something takes an \`Idempotency-Key\`: sent again with it within the hour, it is answered as before and makes nothing.`;

/** Texts of statuses that are no errors (RFC 9110 section 15). */
const SUCCESSES: Readonly<Record<number, string>> = {
  200: 'Done',
  201: 'Created',
  202: 'Accepted; processed after the response',
  204: 'Done; the response is empty',
  206: 'The requested range',
  304: 'Unchanged since the version that the request names',
  307: 'It is at the address of the Location header',
};
/** Name of the answer, and its text. */
const ERRORS: Readonly<Record<number, readonly [name: string, text: string]>> = {
  400: ['Malformed', 'The request is malformed'],
  401: ['Unauthorized', 'No valid token'],
  403: ['Forbidden', 'The caller has no right to it'],
  404: ['NotFound', 'Not found, or hidden from the caller'],
  405: [
    'MethodNotAllowed',
    'The path does not support this method; the Allow header lists the supported ones',
  ],
  406: ['NotAcceptable', 'The Accept header excludes the only available content type'],
  409: ['Conflict', 'Conflict with the present state'],
  412: ['PreconditionFailed', 'The precondition failed'],
  413: ['TooLarge', 'The body is too large'],
  415: ['UnsupportedMediaType', 'The route does not accept this content type'],
  416: ['RangeNotSatisfiable', 'The range is outside the file'],
  422: ['Unprocessable', 'Well-formed, but it cannot be processed; `detail` says why'],
  428: ['PreconditionRequired', 'The request needs an If-Match header'],
  429: ['TooManyRequests', 'Too many requests; Retry-After says when to try again'],
  500: ['Internal', 'An error of the server, which is in its log'],
  502: ['CameraRefused', 'The camera refused'],
  503: ['Unavailable', 'Not available at the moment'],
};

/** Version of the API, not of the server: clients without a sign-in need not know which version a server runs. */
const API_VERSION = '1';

export function describeApi(): object {
  const paths: NonNullable<ZodOpenApiObject['paths']> = {};
  for (const [tag, routes] of Object.entries(ROUTE_GROUPS)) {
    for (const [name, route] of Object.entries(routes) as [ApiRouteName, ApiRoute][]) {
      const [method = '', path = ''] = name.split(' ');
      const template = path.replaceAll(/:(\w+)/g, '{$1}');
      paths[template] = { ...paths[template], [method.toLowerCase()]: operationOf(name, route, tag) };
    }
  }
  return createDocument({
    openapi: '3.1.1',
    info: { title: 'Vigie', version: API_VERSION, description: ABOUT },
    servers: [{ url: '..', description: 'This server' }],
    tags: Object.keys(ROUTE_GROUPS).map((name) => ({ name })),
    paths,
    components: {
      schemas: SCHEMA_NAMES,
      responses: Object.fromEntries(
        Object.values(ERRORS).map(([name, description]) => [name, { description, content: PROBLEM_CONTENT }]),
      ),
      securitySchemes: {
        session: {
          type: 'http',
          scheme: 'bearer',
          description: 'The access token of `POST /api/auth/login`, valid for minutes',
        },
        key: { type: 'http', scheme: 'bearer', description: 'An API key of the page **API keys**' },
        keyAsPassword: {
          type: 'http',
          scheme: 'basic',
          description: 'Any user name, and an API key as the password: for players that offer nothing else',
        },
        sensor: { type: 'http', scheme: 'bearer', description: 'The token of a sensor' },
      },
    },
  });
}

function operationOf(name: ApiRouteName, route: ApiRoute, tag: string): Operation {
  const authorization: Authorization = ROUTE_AUTHORIZATION[name];
  const { summary, params, query, body, upload } = route;
  const needsBody = body !== undefined || upload !== undefined;
  return {
    operationId: operationIdOf(name),
    tags: [tag],
    summary,
    description: whoMayCall(authorization) + keysToo(name, authorization),
    security: securityOf(name, authorization),
    requestParams: {
      ...(params && { path: params as z.ZodObject }),
      ...(query && { query: query as z.ZodObject }),
      ...(route.keyed && { header: KEY_HEADER }),
    },
    ...(needsBody && {
      requestBody: {
        required: true,
        content: body ? { 'application/json': { schema: body } } : { [upload ?? '']: { schema: BYTES } },
      },
    }),
    responses: responsesOf(route, name.startsWith('GET ')),
  };
}

const KEY_HEADER = z.object({
  'Idempotency-Key': idempotencyKey
    .optional()
    .meta({ description: 'A new UUID for each request, and the same one when it is sent again' }),
});
const PROBLEM_CONTENT = { 'application/problem+json': { schema: PROBLEM } };
const BYTES = { type: 'string', format: 'binary' } as const;

function responsesOf(route: ApiRoute, isRead: boolean): Responses {
  const { response, media, errors = [] } = route;
  const responses: Responses = {};
  for (const status of statusesOf(route)) {
    const hasContent = status < 300 && status !== 204;
    responses[keyOf(status)] = {
      description: SUCCESSES[status] ?? '',
      ...(hasContent && response && { content: { 'application/json': { schema: response } } }),
      ...(hasContent && media !== undefined && { content: { [media]: { schema: BYTES } } }),
    };
  }
  if (isRead && response) responses['304'] = { description: SUCCESSES[304] ?? '' };
  for (const status of [...COMMON_ERRORS, ...errors]) responses[keyOf(status)] = refusal(status);
  return responses;
}

/** Described once, and referred to by its name. */
function refusal(status: number): { $ref: string } {
  return { $ref: `#/components/responses/${ERRORS[status]?.[0]}` };
}

function keyOf(status: number): `${1 | 2 | 3 | 4 | 5}${string}` {
  return String(status) as `${1 | 2 | 3 | 4 | 5}${string}`;
}

/** Unique, and valid in every language: `getCamerasByCameraIdEvents`. */
function operationIdOf(name: ApiRouteName): string {
  const [method = '', path = ''] = name.split(' ');
  const words = path
    .slice('/api/'.length)
    .split(/[/.-]/)
    .map((word) => (word.startsWith(':') ? `By${capital(word.slice(1))}` : capital(word)));
  return method.toLowerCase() + words.join('');
}

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}

function securityOf(name: ApiRouteName, authorization: Authorization): NonNullable<Operation['security']> {
  if (authorization === 'public') return [];
  if (authorization === 'sensor') return [{ sensor: [] }];
  if (authorization === 'analyser') return [{ key: [] }];
  const access = keyAccessOf(name);
  return [
    { session: [] },
    ...(access === 'never' ? [] : [{ key: [] }]),
    ...(access === 'basic' ? [{ keyAsPassword: [] }] : []),
  ];
}

/** The sentence about keys, for a route whose rule differs from that of all others. */
function keysToo(name: ApiRouteName, authorization: Authorization): string {
  if (authorization === 'public' || authorization === 'sensor' || authorization === 'analyser') return '';
  if (keyAccessOf(name) === 'never') return ' API keys cannot call it.';
  return keyAccessOf(name) === 'administer' ? ' A key needs the power to administer.' : '';
}

function whoMayCall(authorization: Authorization): string {
  if (authorization === 'public') return 'Anybody may call it.';
  if (authorization === 'sensor') return 'For a sensor of the camera, with its token.';
  if (authorization === 'analyser') return 'For an API key with the right `analyse` to the camera.';
  if (authorization === 'signedIn')
    return 'For every user; the response contains only objects that the caller has a right to.';
  if (authorization === 'administrator') return 'For administrators.';
  return `For users with the right \`${authorization.right}\` to the camera, and administrators.`;
}
