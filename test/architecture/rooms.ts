/**
 * The rooms of server/ and client/, and what each may import besides itself: the one list, to which imports.test.ts
 * compares the code and docs/architecture.md. An unlisted folder or root file fails.
 */

/** Every room of server/ except wire and core may import these. */
const GROUND = ['wire', 'errors', 'core', 'log'];
/** Every feature may also import these: sockets, settings, its own queries' database, and the parts of routes. */
const FEATURE = [...GROUND, 'net', 'config', 'store', 'http'];
/** Also the guard of routes, the only thing that features import from another feature. */
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
  site: [...ROUTED_FEATURE, 'package.json'],
  backup: ROUTED_FEATURE,
  stores: [...GROUND, 'store', 'accounts', 'cameras', 'events', 'firmware', 'outbound', 'recording', 'site'],
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
    'site',
    'backup',
  ],
  // With the commands for the data folder, which belong to the features.
  start: [...GROUND, 'config', 'store', 'accounts', 'backup', 'main'],
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
    'site',
    'backup',
    'http-app',
    'data-folder',
    'start',
  ],
};

/** The client imports only server/wire of the server. */
// Below every page: events, requests, signaling, the session.
const PAGE_GROUND = [
  'clock',
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
  clock: [],
  emitter: [],
  http: ['server/wire'],
  signaling: ['clock', 'emitter', 'http', 'server/wire'],
  session: ['clock', 'emitter', 'http', 'signaling', 'server/wire'],
  routing: ['emitter', 'http', 'server/wire'],
  ui: ['http', 'server/wire'],
  live: ['clock', 'emitter', 'http', 'signaling', 'session', 'ui', 'server/wire'],
  'app-context': ['http', 'live', 'session'],
  devices: PAGE_GROUND,
  events: [...PAGE_GROUND, 'devices'],
  recordings: [...PAGE_GROUND, 'events', 'site'],
  site: PAGE_GROUND,
  motion: PAGE_GROUND,
  cameras: [...PAGE_GROUND, 'devices', 'live', 'events'],
  users: PAGE_GROUND,
  webhooks: [...PAGE_GROUND, 'events'],
  notifications: [...PAGE_GROUND, 'events', 'site'],
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
    'site',
    'users',
    'webhooks',
  ],
  main: [...PAGE_GROUND, 'live', 'app'],
  embed: ['live'],
};
