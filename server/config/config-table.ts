/**
 * Every setting of the server, in one table: name, default, unit, meaning and valid values. The parser,
 * `--check-config` and the table of docs/settings.md are made from it, so they cannot disagree.
 */

import { parseHost, parseOrigin, parseProxyRange, PROXY_RANGES } from './parse-addresses.ts';
import { edgeSettings } from './edge-settings.ts';
import { parseBasePath } from './parse-base-path.ts';
import { reachSettings } from './reach-settings.ts';
import { parseLength, parseList, setting } from './setting.ts';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const configTable = {
  dataDir: setting({
    name: 'VIGIE_DATA_DIR',
    default: './data',
    description: 'Folder of the database and the secrets; created when missing.',
    parse: (text) => text,
  }),
  httpPort: setting({
    name: 'VIGIE_HTTP_PORT',
    default: '8080',
    unit: 'TCP port',
    description: 'Web app, API, signaling and cameras. 0 takes any free port.',
    parse: (text) => parseInteger(text, 0, 65_535),
  }),
  httpHost: setting({
    name: 'VIGIE_HTTP_HOST',
    default: '',
    description: 'Address to listen on; empty: all. Use 127.0.0.1 behind a proxy on the same machine.',
    parse: (text) => (text === '' ? undefined : parseHost(text)),
  }),
  basePath: setting({
    name: 'VIGIE_BASE_PATH',
    default: '/',
    description:
      'Path under which a proxy in front serves Vigie, like /vigie/. The proxy may pass it on or strip it; paths without it work too.',
    parse: parseBasePath,
  }),
  tls: setting({
    name: 'VIGIE_TLS',
    default: '',
    description:
      'local: https with a certificate of Vigie’s own local authority, for a LAN without a public name. Empty: plain http, or https with the two settings below.',
    parse: parseTlsMode,
  }),
  tlsCert: setting({
    name: 'VIGIE_TLS_CERT',
    default: '',
    description: 'Certificate chain (PEM file) for https and wss on the same port; reloaded when it changes.',
    parse: (text) => (text === '' ? undefined : text),
  }),
  tlsKey: setting({
    name: 'VIGIE_TLS_KEY',
    default: '',
    description: 'Private key (PEM file) of that certificate.',
    parse: (text) => (text === '' ? undefined : text),
  }),
  adminPassword: setting({
    name: 'VIGIE_ADMIN_PASSWORD',
    default: '',
    secret: true,
    description:
      'Password of the user admin, used on the first start only. Empty: one is generated and printed once.',
    parse: (text) => (text === '' ? undefined : parseLength(text, 8, 256)),
  }),
  backupPassword: setting({
    name: 'VIGIE_BACKUP_PASSWORD',
    default: '',
    secret: true,
    description:
      'Encrypts what --backup writes and opens what --restore reads. When empty, it is asked for on a terminal.',
    parse: (text) => (text === '' ? undefined : parseLength(text, 8, 256)),
  }),
  rtcPort: setting({
    name: 'VIGIE_RTC_PORT',
    default: '8081',
    unit: 'UDP port',
    description: 'The one port for all live video; forward it to watch from outside. 0 takes any free port.',
    parse: (text) => parseInteger(text, 0, 65_535),
  }),
  rtcTcpPort: setting({
    name: 'VIGIE_RTC_TCP_PORT',
    default: '0',
    unit: 'TCP port',
    description:
      'Port for live video over TCP, for viewers whose network blocks UDP; video over TCP stalls more easily. 0: none.',
    parse: (text) => parseInteger(text, 0, 65_535) || undefined,
  }),
  grpcPort: setting({
    name: 'VIGIE_GRPC_PORT',
    default: '',
    unit: 'TCP port',
    description:
      'Port of gRPC for other programs, with TLS where the web app has it (docs/grpc.md). Empty: none; 0 takes any free port.',
    parse: (text) => (text === '' ? undefined : parseInteger(text, 0, 65_535)),
  }),
  ...reachSettings,
  metricsPort: setting({
    name: 'VIGIE_METRICS_PORT',
    default: '',
    unit: 'TCP port',
    description:
      'Port of this machine alone for /metrics without a key (docs/api.md). Empty: none; 0 takes any free port.',
    parse: (text) => (text === '' ? undefined : parseInteger(text, 0, 65_535)),
  }),
  recordingQuota: setting({
    name: 'VIGIE_RECORDING_QUOTA',
    default: '20G',
    unit: 'bytes',
    description:
      'Limit of all recordings together; the oldest are deleted first. Like 500M, 20G or 1T. Cameras record only when recording is turned on.',
    parse: (text) => parseBytes(text, 100e6),
  }),
  recordingFreeFloor: setting({
    name: 'VIGIE_RECORDING_FREE_FLOOR',
    default: '1G',
    unit: 'bytes',
    description: 'Space that recordings always leave free on the disk.',
    parse: (text) => parseBytes(text, 0),
  }),
  demo: setting({
    name: 'VIGIE_DEMO',
    default: '1',
    description:
      '1 shows a demo camera until another camera has sent a picture; 0 does not. `time-code` shows one whose picture has a time code, to measure delays.',
    parse: parseDemo,
  }),
  logLevel: setting({
    name: 'VIGIE_LOG_LEVEL',
    default: 'info',
    description: `Log level: ${LOG_LEVELS.join(', ')}.`,
    parse: parseLogLevel,
  }),
  trustedProxies: setting({
    name: 'VIGIE_TRUSTED_PROXIES',
    default: '',
    description: `Comma-separated addresses or ranges of proxies whose X-Forwarded-… headers are trusted, or ${PROXY_RANGES.join(', ')}.`,
    parse: (text) => parseList(text, parseProxyRange),
  }),
  whepOrigins: setting({
    name: 'VIGIE_WHEP_ORIGINS',
    default: '',
    description:
      'Comma-separated origins, like https://example.org, whose pages may play cameras by WHEP with an API key. Pages of this server and programs need none.',
    parse: (text) => parseList(text, parseOrigin),
  }),
  ...edgeSettings,
  legacyUsername: setting({
    name: 'VIGIE_LEGACY_USERNAME',
    default: '',
    description:
      'User name sent by cameras with the older firmware. USERNAME counts too, but only in .env, because shells set it.',
    parse: (text) => (text === '' ? undefined : text),
  }),
  legacyPassword: setting({
    name: 'VIGIE_LEGACY_PASSWORD',
    default: '',
    secret: true,
    description: 'Password sent by cameras with the older firmware. PASSWORD in .env counts too.',
    parse: (text) => (text === '' ? undefined : text),
  }),
};

export type SettingKey = keyof typeof configTable;
export type SettingValues = { [K in SettingKey]: ReturnType<(typeof configTable)[K]['parse']> };

function parseInteger(text: string, min: number, max: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) throw new RangeError(`a whole number from ${min} to ${max}`);
  return value;
}

const BYTE_UNITS: Readonly<Record<string, number>> = { '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12 };

function parseBytes(text: string, min: number): number {
  const [, digits, unit = ''] = /^(\d{1,9}(?:\.\d{1,3})?)([kMGT]?)$/.exec(text) ?? [];
  const bytes = Math.round(Number(digits) * (BYTE_UNITS[unit] ?? Number.NaN));
  if (!(bytes >= min && bytes <= Number.MAX_SAFE_INTEGER))
    throw new RangeError(
      `a number of bytes like 500M, 20G or 1T${min > 0 ? `, at least ${min / 1e6}M` : ''}`,
    );
  return bytes;
}

function parseDemo(text: string): 'off' | 'on' | 'timeCode' {
  if (text === 'time-code') return 'timeCode';
  if (text !== '0' && text !== '1') throw new RangeError('0, 1 or time-code');
  return text === '1' ? 'on' : 'off';
}

function parseTlsMode(text: string): 'local' | undefined {
  if (text === '') return undefined;
  if (text !== 'local') throw new RangeError('local, or empty');
  return text;
}

function parseLogLevel(text: string): LogLevel {
  const level = LOG_LEVELS.find((name) => name === text);
  if (level === undefined) throw new RangeError(`one of ${LOG_LEVELS.join(', ')}`);
  return level;
}
