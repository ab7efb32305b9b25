/** /api/users and /api/notices, for administrators. */

import { Router, type Request } from 'express';
import type { NoticeStore } from './notice-store.ts';
import type { Users } from './users.ts';
import type { Guard } from './guard.ts';
import type { AccountEvents } from './sessions.ts';
import { readFor, serve } from '../http/serve.ts';

interface UserRoutesOf {
  users: Users;
  notices: NoticeStore;
  events: AccountEvents;
}

export function userRoutes({ users, notices, events }: UserRoutesOf, guard: Guard): Router {
  const router = Router();
  router.use(['/api/users', '/api/notices'], (request, _response, next) => {
    guard.administrator(request);
    next();
  });

  // A key that could set an administrator's password, or add an administrator, would grant access that outlasts the key.
  const assertMayChange = (request: Request) => (concernsAdministrators: boolean) =>
    concernsAdministrators ? guard.administratorInPerson(request) : guard.administrator(request);

  serve(router, 'GET /api/users', async ({ request, response }) => {
    const listed = await users.list(readFor(guard.administrator(request), response));
    guard.administrator(request);
    return listed;
  });

  serve(router, 'POST /api/users', async ({ request, response, readBody }) => {
    const user = await users.add(readBody(), assertMayChange(request));
    response.location(`/api/users/${user.id}`);
    return user;
  });

  serve(router, 'PATCH /api/users/:userId', ({ request, params, readBody }) =>
    users.change(params.userId, readBody(), assertMayChange(request)),
  );

  serve(router, 'PUT /api/users/:userId/cameras', ({ params, readBody }) =>
    users.change(params.userId, { cameras: readBody().cameras }),
  );

  serve(router, 'DELETE /api/users/:userId', ({ params }) => users.remove(params.userId));

  serve(router, 'GET /api/notices', () => ({ notices: notices.list() }));

  serve(router, 'DELETE /api/notices/:notice', async ({ params }) => {
    await notices.dismiss(params.notice);
    events.emit('noticeDismissed');
  });

  return router;
}
