/** GET /api/openapi.json: the API as an OpenAPI document, for programs and for the page that shows it. Needs no token. */

import { Router } from 'express';
import { EncodedJson } from '../http/json-answer.ts';
import { serve } from '../http/serve.ts';
import { describeApi } from './description.ts';

export function openApiRoutes(): Router {
  const router = Router();
  let document: EncodedJson | undefined;
  serve(router, 'GET /api/openapi.json', () => {
    // Created at the first request, which takes a few hundred milliseconds.
    document ??= new EncodedJson(Buffer.from(JSON.stringify(describeApi())));
    return document;
  });
  return router;
}
