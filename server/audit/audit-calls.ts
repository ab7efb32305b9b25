/**
 * Writes the calls of the API into the audit log, as wire/audited-routes.ts defines. Nothing else does.
 *
 * Invariants: a value gets into an entry only if the table names its field, and is cut to a bounded length; a call that
 * fails is written only where the table says so, or where a signed-in user lacked the right.
 */

import type { Request } from 'express';
import type { Guard } from '../accounts/guard.ts';
import { deviceName } from '../core/device-name.ts';
import { VigieError } from '../errors.ts';
import type { ConnectionOf } from '../http/client-connection.ts';
import type { CallFacts, CallOutcome, CallWatcher } from '../http/watched-calls.ts';
import { AUDITED_ROUTES, type Written } from '../wire/audited-routes.ts';
import type { AuditFacts, AuditLog } from './audit-log.ts';

export interface AuditCallsOptions {
  audit: Pick<AuditLog, 'record' | 'begin'>;
  guard: Pick<Guard, 'known'>;
  connectionOf: ConnectionOf;
  users: {
    find(id: string): { username: string } | undefined;
    findByName(name: string): { username: string } | undefined;
  };
  cameraNameOf: (cameraId: string) => string | undefined;
  apiKeyNameOf: (keyId: string) => string | undefined;
}

const UNWRITTEN: CallOutcome = { done: () => undefined, failed: () => undefined };
const MAX_TEXT = 200;
const MAX_LIST = 50;

export function auditCalls({
  audit,
  guard,
  connectionOf,
  users,
  cameraNameOf,
  apiKeyNameOf,
}: AuditCallsOptions): CallWatcher {
  return (call, request, response) => {
    const rule = AUDITED_ROUTES[call.name];
    // The answer to HEAD has no content.
    if (!('action' in rule) || request.method === 'HEAD') return UNWRITTEN;
    const { cameraId, userId, keyId, edge } = call.params;
    const { address } = connectionOf(request);
    const device = deviceName(request.headers['user-agent']);
    const cameraName = cameraId === undefined ? undefined : lookUp(() => cameraNameOf(cameraId));
    const user = userId === undefined ? undefined : lookUp(() => users.find(userId)?.username);
    const keyName = keyId === undefined ? undefined : lookUp(() => apiKeyNameOf(keyId));
    const named = {
      ...(user !== undefined && { user }),
      ...(keyName !== undefined && { name: keyName }),
      ...(edge !== undefined && { edge }),
    };
    const facts = (): AuditFacts => ({
      action: rule.action,
      address,
      device,
      cameraId: cameraId ?? idIn(call.answer, rule.camera),
      cameraName,
      ...callerOf(call, guard, request),
      details: { ...named, ...detailsOf(call, rule), ...keyOf(guard, request) },
    });
    return {
      done: () => {
        if (rule.unless !== undefined && fieldOf(call.body, rule.unless) === true) return;
        if (rule.ofUser && guard.known(request) === undefined) return;
        if (rule.lasts) response.once('close', audit.begin(facts()));
        else audit.record(facts());
      },
      failed: (error) => {
        if (!(error instanceof VigieError)) return;
        const { refusedAs: action } = rule;
        const reason = error.code;
        if (action !== undefined) {
          const username = lookUp(() => accountOf(call, users));
          const details = { ...named, reason, ...keyOf(guard, request) };
          audit.record({
            ...facts(),
            ...(username !== undefined && { username }),
            action,
            refused: true,
            details,
          });
        } else if (reason === 'forbidden' && guard.known(request) !== undefined)
          audit.record({ ...facts(), refused: true, details: { reason, ...keyOf(guard, request) } });
      },
    };
  };
}

/** A look-up in a damaged database throws; the call continues without a name. */
function lookUp<T>(ask: () => T | undefined): T | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}

/** The response names the user who signed in. */
function callerOf(
  { name, answer }: CallFacts,
  guard: AuditCallsOptions['guard'],
  request: Request,
): Pick<AuditFacts, 'userId' | 'username'> {
  const who = guard.known(request);
  if (who) return { userId: who.userId, username: who.username };
  if (name !== 'POST /api/auth/login') return {};
  const user = fieldOf(answer, 'user');
  const [id, username] = [fieldOf(user, 'id'), fieldOf(user, 'username')];
  return typeof id === 'string' && typeof username === 'string' ? { userId: id, username } : {};
}

/** The API key that called. */
function keyOf(guard: AuditCallsOptions['guard'], request: Request): Record<string, string> {
  const key = guard.known(request)?.key;
  return key ? { key: key.name, byKeyId: key.id } : {};
}

/** The account of the attempted sign-in. Unknown names are not written: people type passwords into that field. */
function accountOf({ name, body }: CallFacts, users: AuditCallsOptions['users']): string | undefined {
  if (name !== 'POST /api/auth/login') return undefined;
  const username = fieldOf(body, 'username');
  return typeof username === 'string' ? users.findByName(username)?.username : undefined;
}

function detailsOf({ params, query, body, answer }: CallFacts, rule: Written): Record<string, unknown> {
  const { cameraId: _camera, userId: _user, ...ids } = params;
  const details: Record<string, unknown> = { ...ids };
  const add = (field: string, value: unknown): void => {
    if (value !== undefined) details[field] = bounded(value);
  };
  for (const field of rule.values ?? []) add(field, fieldOf(body, field) ?? fieldOf(query, field));
  for (const field of rule.answered ?? []) add(field, fieldOf(answer, field));
  if (rule.names && typeof body === 'object' && body !== null) details['changed'] = Object.keys(body);
  return details;
}

function idIn(answer: unknown, field: string | undefined): string | undefined {
  const id = field === undefined ? undefined : fieldOf(answer, field);
  return typeof id === 'string' ? id : undefined;
}

function fieldOf(part: unknown, field: string): unknown {
  return typeof part === 'object' && part !== null ? (part as Record<string, unknown>)[field] : undefined;
}

function bounded(value: unknown): unknown {
  if (typeof value === 'string') return value.slice(0, MAX_TEXT);
  if (Array.isArray(value)) {
    const listed = value.slice(0, MAX_LIST).map(bounded);
    return value.length > MAX_LIST ? [...listed, `and ${value.length - MAX_LIST} more`] : listed;
  }
  if (typeof value === 'object' && value !== null) return JSON.stringify(value).slice(0, MAX_TEXT);
  return value;
}
