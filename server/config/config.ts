/**
 * Merges environment, `.env`, `server-config.json` and defaults, in this order of precedence, into one validated,
 * frozen Config. The first step of the start; nothing else reads the environment.
 *
 * Invariant: either every setting is valid, or one error names all invalid ones.
 */

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { parseCommandLine, type Command } from './command-line.ts';
import { configTable, type SettingKey, type SettingValues } from './config-table.ts';
import { checkEdgeSettings, withInvitation } from './edge-settings.ts';
import { parseEnvFile } from './env-file.ts';
import type { Setting } from './setting.ts';
import { VigieError } from '../errors.ts';
import { readCertificatePair, type CertificatePaths } from './read-certificate-pair.ts';
import { validate } from '../wire/validate.ts';

export { configTable } from './config-table.ts';

/** Listeners for cameras with the older firmware: ports startPort … startPort + cameraCount - 1, one camera each. */
export interface LegacyCameras {
  cameraCount: number;
  startPort: number;
  username: string;
  password: string;
}

export interface Config extends Readonly<
  Omit<SettingValues, 'legacyUsername' | 'legacyPassword' | 'tls' | 'tlsCert' | 'tlsKey'>
> {
  /** The operator's files, Vigie's own local authority, or undefined: plain http. */
  readonly tls: Readonly<CertificatePaths> | 'local' | undefined;
  /** Undefined unless server-config.json asks for them. */
  readonly legacy: Readonly<LegacyCameras> | undefined;
  /** The command of the command line. */
  readonly command: Command;
  /** Problems that are logged and do not stop the start. */
  readonly warnings: readonly string[];
}

export interface ConfigSources {
  env: NodeJS.ProcessEnv;
  /** Folder of `.env` and `server-config.json`, and base of relative paths. */
  cwd: string;
  /** Command-line arguments, without node and the script. */
  args: readonly string[];
}

/** A setting's text and its source. */
interface Found {
  text: string;
  /** Name of the setting in that source, for messages. */
  name: string;
}

const LEGACY_FILE = 'server-config.json';
/** Settings that docker-compose.yml reads from the same `.env`, and makes other settings from. */
const COMPOSE_SETTINGS: ReadonlySet<string> = new Set(
  ['DOMAIN', 'LAN_IP', 'PUBLIC_IP', 'TURN_NAME', 'HTTPS_PORT', 'NETWORK'].map((name) => `VIGIE_${name}`),
);
const LEGACY_CAMERAS = z.object({
  'camera-number': z.int().min(0).max(256),
  'camera-start-port': z.int().min(1).max(65_535),
});

/** @throws VigieError `configuration`; its message has one line per problem */
export function loadConfig({ env, cwd, args }: ConfigSources): Config {
  const problems: string[] = [];
  const envFile = parseEnvFile(readOptional(resolve(cwd, '.env'), problems) ?? '');
  problems.push(...envFile.problems);
  const found = parseSettings((key) => find(key, env, envFile.values), problems);
  const values = withInvitation(withTurnSecretFile(found, cwd, problems), problems);
  const legacy = readLegacy(resolve(cwd, LEGACY_FILE), values, problems);
  checkTogether(values, legacy, problems);
  const tls = tlsOf(values, cwd, problems);
  const command = parseCommandLine(args, cwd, problems);
  const warnings = unknownSettings(env, envFile.values);
  // A misspelt name often explains why another setting is missing.
  if (problems.length > 0) throw new VigieError('configuration', [...problems, ...warnings].join('\n'));
  const { legacyUsername: _name, legacyPassword: _word, tlsCert: _cert, tlsKey: _key, ...settings } = values;
  const config = {
    ...settings,
    dataDir: resolve(cwd, values.dataDir),
    tls: typeof tls === 'object' ? Object.freeze(tls) : tls,
    legacy: legacy && Object.freeze(legacy),
    command: Object.freeze(command),
    warnings,
  };
  for (const value of Object.values(config)) if (Array.isArray(value)) Object.freeze(value);
  return Object.freeze(config);
}

/** Output of `--check-config`: one setting per line, ready to be pasted into `.env` except for the secrets. */
export function describeConfig(config: Config): string {
  const values: Record<string, unknown> = {
    ...config,
    ...(typeof config.tls === 'object' && {
      tls: undefined,
      tlsCert: config.tls.certPath,
      tlsKey: config.tls.keyPath,
    }),
    legacyUsername: config.legacy?.username,
    legacyPassword: config.legacy?.password,
  };
  const lines = Object.entries(configTable).map(([key, entry]: [string, Setting<unknown>]) => {
    const text = entry.secret && values[key] !== undefined ? '********' : textOf(values[key]);
    return `${entry.name}=${text}`;
  });
  const { legacy } = config;
  if (legacy) {
    const lastPort = legacy.startPort + legacy.cameraCount - 1;
    lines.push(
      `# ${LEGACY_FILE}: cameras with the older firmware on ports ${legacy.startPort} to ${lastPort}`,
    );
  }
  return lines.join('\n');
}

/**
 * The environment takes precedence over the file, with one exception: desktops and shells set USERNAME (and some
 * PASSWORD) for their own use, so these two names count in the file only.
 */
function find(key: SettingKey, env: NodeJS.ProcessEnv, file: Record<string, string>): Found {
  const { name, default: fallback } = configTable[key];
  const text = env[name] || file[name];
  if (text) return { text, name };
  const older = { legacyUsername: 'USERNAME', legacyPassword: 'PASSWORD' }[key as string];
  const olderText = older === undefined ? undefined : file[older];
  return older !== undefined && olderText ? { text: olderText, name: older } : { text: fallback, name };
}

function parseSettings(findText: (key: SettingKey) => Found, problems: string[]): SettingValues {
  const parsed = Object.entries<Setting<unknown>>(configTable).map(([key, entry]) => {
    const { text, name } = findText(key as SettingKey);
    try {
      return [key, entry.parse(text)];
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      // A URL may hold a password.
      const shown = entry.secret || text.includes('@') ? '' : `, not ${JSON.stringify(text)}`;
      problems.push(`${name} must be ${error.message}${shown}`);
      // A placeholder until the problems are thrown, so that checks across settings can run.
      return [key, entry.parse(entry.default)];
    }
  });
  // Object.fromEntries loses the type of each key; the table guarantees it.
  return Object.fromEntries(parsed) as SettingValues;
}

function readLegacy(path: string, values: SettingValues, problems: string[]): LegacyCameras | undefined {
  const text = readOptional(path, problems);
  if (text === undefined) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    problems.push(`${LEGACY_FILE} is not JSON: ${(error as SyntaxError).message.replaceAll(/\s+/g, ' ')}`);
    return undefined;
  }
  const parsed = validate(LEGACY_CAMERAS, json);
  if (!parsed.success) {
    for (const { path: keys, message } of parsed.error.issues)
      problems.push(`${LEGACY_FILE}${keys.length === 0 ? '' : ` "${keys.join('.')}"`}: ${message}`);
    return undefined;
  }
  const { 'camera-number': cameraCount, 'camera-start-port': startPort } = parsed.data;
  if (cameraCount === 0) return undefined;
  if (startPort + cameraCount - 1 > 65_535)
    problems.push(`${LEGACY_FILE}: ${cameraCount} cameras from port ${startPort} on go beyond port 65535`);
  const { legacyUsername: username, legacyPassword: password } = values;
  if (username === undefined || password === undefined) {
    const missing = { USERNAME: username, PASSWORD: password };
    for (const [name, value] of Object.entries(missing)) {
      if (value === undefined)
        problems.push(
          `${LEGACY_FILE} asks for cameras with the older firmware: set ${name} in .env, or VIGIE_LEGACY_${name}`,
        );
    }
    return undefined;
  }
  return { cameraCount, startPort, username, password };
}

/** Reads the secret from its file, if one is set. A file made by another program may end with a line break. */
function withTurnSecretFile(values: SettingValues, cwd: string, problems: string[]): SettingValues {
  if (values.turnSecretFile === undefined) return values;
  if (values.turnSecret !== undefined)
    problems.push('VIGIE_TURN_SECRET and VIGIE_TURN_SECRET_FILE are both set: one of them is enough');
  const path = resolve(cwd, values.turnSecretFile);
  const text = readOptional(path, problems);
  if (text === undefined) {
    problems.push(`VIGIE_TURN_SECRET_FILE names ${path}, which does not exist or cannot be read`);
    return values;
  }
  try {
    return { ...values, turnSecret: configTable.turnSecret.parse(text.trim()) };
  } catch (error) {
    problems.push(`the secret in ${path} must be ${(error as RangeError).message}`);
    return values;
  }
}

function checkTogether(values: SettingValues, legacy: LegacyCameras | undefined, problems: string[]): void {
  checkEdgeSettings(values, problems);
  const needsSecret = values.turnUrls.some((url) => /^turns?:/.test(url));
  // A problem with the secret's file has been reported already.
  if (needsSecret && values.turnSecret === undefined && values.turnSecretFile === undefined)
    problems.push('VIGIE_TURN_URLS names a TURN server: set VIGIE_TURN_SECRET to its static-auth-secret');
  // Malformed URLs are a problem already, and may name a TURN server.
  const namesNone = !needsSecret && !problems.some((problem) => problem.startsWith('VIGIE_TURN_URLS '));
  if (namesNone && values.turnSecret !== undefined)
    problems.push('VIGIE_TURN_SECRET is set, but VIGIE_TURN_URLS names no TURN server');
  if (namesNone && (values.relay === 'on' || values.relay === 'only'))
    problems.push(`VIGIE_RELAY is ${values.relay}, but VIGIE_TURN_URLS names no TURN server`);
  const ports = new Map<number, string>();
  for (const [key, { name, unit }] of Object.entries<Setting<unknown>>(configTable)) {
    if (unit !== 'TCP port') continue;
    const port = Number(values[key as SettingKey] ?? 0);
    if (port === 0) continue;
    const other = ports.get(port);
    if (other !== undefined)
      problems.push(`${name} and ${other} are both ${port}: set one of them to another port`);
    ports.set(port, name);
  }
  const { httpPort } = values;
  if (legacy && httpPort >= legacy.startPort && httpPort < legacy.startPort + legacy.cameraCount)
    problems.push(`VIGIE_HTTP_PORT ${httpPort} is one of the ports ${LEGACY_FILE} gives to cameras`);
}

/** The files are read now, so a start or check that succeeds can serve. */
function tlsOf(
  { tls, tlsCert, tlsKey }: SettingValues,
  cwd: string,
  problems: string[],
): CertificatePaths | 'local' | undefined {
  if (tlsCert === undefined && tlsKey === undefined) return tls;
  if (tls !== undefined)
    problems.push('VIGIE_TLS=local makes its own certificate: unset VIGIE_TLS_CERT and VIGIE_TLS_KEY');
  if (tlsCert === undefined || tlsKey === undefined) {
    const [set, missing] = tlsCert === undefined ? ['KEY', 'CERT'] : ['CERT', 'KEY'];
    problems.push(`VIGIE_TLS_${set} is set: set VIGIE_TLS_${missing} too`);
    return undefined;
  }
  const paths = { certPath: resolve(cwd, tlsCert), keyPath: resolve(cwd, tlsKey) };
  const pair = readCertificatePair(paths);
  if (typeof pair === 'string') problems.push(pair);
  return paths;
}

/** Most likely misspelt, so they are reported; other programs may use the prefix, so they stop nothing. */
function unknownSettings(env: NodeJS.ProcessEnv, file: Record<string, string>): string[] {
  const known = new Set(Object.values(configTable).map(({ name }) => name));
  const names = [...new Set([...Object.keys(env), ...Object.keys(file)])].filter(
    (name) => name.startsWith('VIGIE_') && !known.has(name),
  );
  return names.map((name) =>
    COMPOSE_SETTINGS.has(name)
      ? `${name} is set, but only docker compose reads it`
      : `${name} is set, but there is no such setting`,
  );
}

function readOptional(path: string, problems: string[]): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') problems.push(`${path} cannot be read: ${message}`);
    return undefined;
  }
}

function textOf(value: unknown): string {
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
