/** /api/users, for administrators. */

import { Router } from 'express';
import type { Users } from './users.ts';
import type { Guard } from './guard.ts';
import { readFor, serve } from '../http/serve.ts';

export function userRoutes(users: Users, guard: Guard): Router {
  const router = Router();
  router.use('/api/users', (request, _response, next) => {
    guard.administrator(request);
    next();
  });

  serve(router, 'GET /api/users', async ({ request, response }) => {
    const listed = await users.list(readFor(guard.administrator(request), response));
    guard.administrator(request);
    return listed;
  });

  serve(router, 'POST /api/users', async ({ response, readBody }) => {
    const user = await users.add(readBody());
    response.location(`/api/users/${user.id}`);
    return user;
  });

  serve(router, 'PATCH /api/users/:userId', ({ params, readBody }) =>
    users.change(params.userId, readBody()),
  );

  serve(router, 'PUT /api/users/:userId/cameras', ({ params, readBody }) =>
    users.change(params.userId, { cameraIds: readBody().cameraIds }),
  );

  serve(router, 'DELETE /api/users/:userId', ({ params }) => users.remove(params.userId));

  return router;
}
