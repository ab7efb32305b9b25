/**
 * Structured logs (pino): one JSON line each, or a readable line when standard output is a terminal.
 *
 * Fields that could hold a secret are censored here, for every caller.
 */

import { pino, type Logger } from 'pino';

// Its modules are needed only at a terminal.
const pretty = process.stdout.isTTY ? await import('pino-pretty') : undefined;

export type Log = Logger;

const SECRET_FIELDS = [
  'password',
  'token',
  'accessToken',
  'refreshToken',
  'key',
  'hmac',
  'secret',
  'authorization',
  'cookie',
];

/** @param level pino's: fatal, error, warn, info, debug, trace or silent */
export function createLog(level: string): Log {
  const options = {
    level,
    base: null,
    redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`]), censor: '[secret]' },
  };
  if (!pretty) return pino(options);
  return pino(
    options,
    pretty.PinoPretty({
      sync: true,
      translateTime: 'SYS:HH:MM:ss',
      ignore: 'component',
      messageFormat: '{if component}[{component}] {end}{msg}',
    }),
  );
}
