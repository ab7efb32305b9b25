/** /api/users, for administrators. */

import { Router } from 'express';
import type { Users } from './users.ts';
import type { Guard } from './guard.ts';
import { readFor } from '../http/read-for.ts';
import { CHANGE_USER, NEW_USER, parseRequest, USER_CAMERAS } from '../http/request-bodies.ts';

export function userRoutes(users: Users, guard: Guard): Router {
  const router = Router();
  router.use((request, _response, next) => {
    guard.administrator(request);
    next();
  });

  router.get('/', async (request, response) => {
    const listed = await users.list(readFor(guard.administrator(request), response));
    guard.administrator(request);
    response.json(listed);
  });

  router.post('/', async (request, response) => {
    const user = await users.add(parseRequest(NEW_USER, request.body));
    response.status(201).location(`/api/users/${user.id}`).json(user);
  });

  router.patch('/:id', async (request, response) => {
    response.json(await users.change(request.params.id, parseRequest(CHANGE_USER, request.body)));
  });

  router.put('/:id/cameras', async (request, response) => {
    const { cameraIds } = parseRequest(USER_CAMERAS, request.body);
    response.json(await users.change(request.params.id, { cameraIds }));
  });

  router.delete('/:id', async (request, response) => {
    await users.remove(request.params.id);
    response.status(204).end();
  });

  return router;
}
