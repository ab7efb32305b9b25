/**
 * The rooms of server/ and client/, and what each may import besides itself. The one list: imports.test.ts holds the code to it,
 * docs/architecture.md is held to it. A folder or root file that is not here fails.
 */

/** What every room of server/ but wire and core may import. */
const GROUND = ['wire', 'errors', 'core', 'log'];
/** What every feature may import besides: sockets, settings, its own queries' database, and what routes need. */
const FEATURE = [...GROUND, 'net', 'config', 'store', 'http'];
/** With the guard of its routes, the one thing that features import of another. */
const ROUTED_FEATURE = [...FEATURE, 'accounts'];

export const SERVER_ROOMS: Readonly<Record<string, readonly string[]>> = {
  wire: [],
  errors: [],
  core: ['wire', 'errors'],
  log: [],
  net: GROUND,
  config: GROUND,
  store: GROUND,
  http: [...GROUND, 'net', 'config', 'store'],
  ffmpeg: [],
  accounts: FEATURE,
  ingest: FEATURE,
  cameras: ROUTED_FEATURE,
  video: [...GROUND, 'ffmpeg'],
  sfu: [...GROUND, 'net'],
  signaling: [...GROUND, 'net', 'http'],
  pictures: ROUTED_FEATURE,
  recording: ROUTED_FEATURE,
  events: ROUTED_FEATURE,
  outbound: ROUTED_FEATURE,
  firmware: ROUTED_FEATURE,
  tls: FEATURE,
  connectivity: ROUTED_FEATURE,
  status: ROUTED_FEATURE,
  backup: ROUTED_FEATURE,
  stores: [...GROUND, 'store', 'accounts', 'cameras', 'events', 'firmware', 'outbound', 'recording'],
  'http-app': [
    ...ROUTED_FEATURE,
    'cameras',
    'pictures',
    'recording',
    'events',
    'outbound',
    'firmware',
    'tls',
    'connectivity',
    'status',
    'backup',
  ],
  // With the commands for the data folder, which belong to the features.
  start: [...GROUND, 'config', 'accounts', 'backup', 'main'],
  'data-folder': [...GROUND, 'config', 'store', 'stores', 'recording', 'start'],
  'virtual-camera': ['wire', 'core', 'ffmpeg'],
  main: [
    ...ROUTED_FEATURE,
    'stores',
    'ingest',
    'cameras',
    'video',
    'sfu',
    'signaling',
    'pictures',
    'recording',
    'events',
    'outbound',
    'firmware',
    'tls',
    'connectivity',
    'status',
    'backup',
    'http-app',
    'data-folder',
    'start',
  ],
};

/** The client knows server/wire and nothing else of the server. */
// Below every page: events, requests, signaling, the session.
const PAGE_GROUND = [
  'emitter',
  'http',
  'signaling',
  'session',
  'routing',
  'app-context',
  'ui',
  'server/wire',
];

export const CLIENT_ROOMS: Readonly<Record<string, readonly string[]>> = {
  emitter: [],
  http: ['server/wire'],
  signaling: ['emitter', 'http', 'server/wire'],
  session: ['emitter', 'http', 'signaling', 'server/wire'],
  routing: ['emitter', 'server/wire'],
  ui: ['http', 'server/wire'],
  live: ['emitter', 'http', 'signaling', 'session', 'ui', 'server/wire'],
  'app-context': ['http', 'live', 'session'],
  devices: PAGE_GROUND,
  events: [...PAGE_GROUND, 'devices'],
  recordings: [...PAGE_GROUND, 'events'],
  motion: PAGE_GROUND,
  cameras: [...PAGE_GROUND, 'devices', 'live', 'events'],
  users: PAGE_GROUND,
  webhooks: [...PAGE_GROUND, 'events'],
  notifications: [...PAGE_GROUND, 'events'],
  firmware: PAGE_GROUND,
  connection: [...PAGE_GROUND, 'devices', 'live'],
  'service-worker': ['server/wire'],
  app: [
    ...PAGE_GROUND,
    'package.json',
    'cameras',
    'connection',
    'events',
    'firmware',
    'motion',
    'notifications',
    'recordings',
    'users',
    'webhooks',
  ],
  main: [...PAGE_GROUND, 'live', 'app'],
  embed: ['live'],
};
