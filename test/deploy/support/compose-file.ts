/**
 * docker-compose.yml as compose sees it: merged, with the variables of an .env substituted (compose specification §12).
 */

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';

export interface Service {
  image: string;
  user?: string;
  environment?: Record<string, string>;
  ports?: string[];
  networks?: { vigie: { ipv4_address: string } };
  volumes?: string[];
  [key: string]: unknown;
}

export interface ComposeFile {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
  networks: { vigie: { ipam: { config: { subnet: string }[] } } };
}

const ROOT = resolve(import.meta.dirname, '../../..');
export const COMPOSE_TEXT = readFileSync(resolve(ROOT, 'docker-compose.yml'), 'utf8');

/** @throws Error like compose when a required variable is not set */
export function renderCompose(env: Record<string, string>): ComposeFile {
  return interpolateAll(parse(COMPOSE_TEXT, { merge: true }), env) as ComposeFile;
}

function interpolateAll(value: unknown, env: Record<string, string>): unknown {
  if (typeof value === 'string') return interpolate(value, env);
  if (Array.isArray(value)) return value.map((item) => interpolateAll(item, env));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, interpolateAll(item, env)]));
}

/** `${NAME}`, and with `:-` a default, `:+` a replacement, `:?` an error; each may contain variables itself. */
export function interpolate(text: string, env: Record<string, string>): string {
  const start = text.indexOf('${');
  if (start === -1) return text;
  let depth = 0;
  let end = start;
  do {
    if (text.startsWith('${', end)) depth++;
    else if (text[end] === '}') depth--;
    end++;
  } while (depth > 0 && end < text.length);
  const [, name = '', operator, operand = ''] =
    /^(\w+)(?::([-+?])(.*))?$/s.exec(text.slice(start + 2, end - 1)) ?? [];
  if (depth > 0 || name === '') throw new Error(`not to be understood: ${text}`);
  return text.slice(0, start) + valueOf(name, operator, operand, env) + interpolate(text.slice(end), env);
}

function valueOf(
  name: string,
  operator: string | undefined,
  operand: string,
  env: Record<string, string>,
): string {
  const value = env[name] ?? '';
  if (operator === '+') return value === '' ? '' : interpolate(operand, env);
  if (value !== '') return value;
  if (operator === '?') throw new Error(`${name}: ${operand}`);
  return operator === '-' ? interpolate(operand, env) : '';
}

/** Every variable in the file. */
export function composeVariables(): string[] {
  return [...new Set([...COMPOSE_TEXT.matchAll(/\$\{(\w+)/g)].map(([, name = '']) => name))].toSorted();
}
