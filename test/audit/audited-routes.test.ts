import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { z } from 'zod';
import type { ApiRoute } from '../../server/wire/api-route.ts';
import { API_ROUTES } from '../../server/wire/api-routes.ts';
import { AUDIT_ACTIONS } from '../../server/wire/audit-actions.ts';
import { AUDITED_METHODS, AUDITED_ROUTES, type AuditRule } from '../../server/wire/audited-routes.ts';
import { parseRequest } from '../../server/signaling/signaling-messages.ts';

const rules: [name: string, rule: AuditRule][] = Object.entries(AUDITED_ROUTES);
const routes: Readonly<Record<string, ApiRoute>> = API_ROUTES;

/** Fields that must never be written, wherever they are. */
const SECRET = /password|token|secret|key|code|url|endpoint|p256dh|^auth$|sha256/i;

suite('the table of what is written into the audit log', () => {
  test('has an entry for each route and no other', () => {
    assert.deepEqual(Object.keys(AUDITED_ROUTES).toSorted(), Object.keys(API_ROUTES).toSorted());
  });

  test('has an entry for each method of signaling', () => {
    const unknown = JSON.stringify({ type: 'request', id: 1, method: 'none', data: {} });
    assert.throws(
      () => parseRequest(unknown),
      ({ message }: Error) => {
        const known = [...message.matchAll(/"(\w+)"/g)].map(([, method = '']) => method);
        assert.deepEqual(known.toSorted(), Object.keys(AUDITED_METHODS).toSorted());
        return true;
      },
    );
  });

  test('gives a reason for each route that is not written', () => {
    for (const [name, rule] of [...rules, ...Object.entries<AuditRule>(AUDITED_METHODS)])
      if ('none' in rule) assert.match(rule.none, /\w{3}/, name);
      else assert.ok(('action' in rule ? rule.action : rule.stream) in AUDIT_ACTIONS, name);
  });

  test('names no field that is a secret, and none that the route does not have', () => {
    for (const [name, rule] of rules) {
      if (!('action' in rule)) continue;
      const { body, query, response } = routes[name] ?? assert.fail(name);
      const { values = [], answered = [], camera = [] } = rule;
      const asked = new Set([body, query].flatMap(fieldsOf));
      for (const field of values) assert.ok(asked.has(field), `${name} has no ${field}`);
      const told = new Set(fieldsOf(response));
      for (const field of [...answered, camera].flat())
        assert.ok(told.has(field), `${name} tells no ${field}`);
      for (const field of [...values, ...answered, camera].flat()) assert.doesNotMatch(field, SECRET, name);
    }
  });

  test('writes every route that changes something, except those that are named here', () => {
    const unwritten = rules.flatMap(([name, rule]) =>
      'none' in rule && !name.startsWith('GET') ? [name] : [],
    );
    assert.deepEqual(unwritten.toSorted(), [
      'DELETE /api/cameras/:cameraId/exports/:exportId',
      'DELETE /api/cameras/:cameraId/whep/:sessionId',
      'DELETE /api/notices/:notice',
      'DELETE /api/notifications/devices/:deviceId',
      'PATCH /api/cameras/:cameraId/whep/:sessionId',
      'POST /api/auth/refresh',
      'POST /api/backup/uploads',
      'POST /api/backup/uploads/:uploadId/contents',
      'POST /api/cameras/:cameraId/detections',
      'POST /api/cameras/:cameraId/events',
      'POST /api/notifications/devices',
      'POST /api/notifications/test',
      'POST /api/webhooks/:webhookId/deliveries/:deliveryId/again',
      'POST /api/webhooks/:webhookId/test',
      'PUT /api/notifications',
    ]);
  });
});

function fieldsOf(schema: z.ZodType | undefined): string[] {
  const { shape } = (schema ?? {}) as { shape?: object };
  return Object.keys(shape ?? {});
}
