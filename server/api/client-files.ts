/**
 * The built web app. Files with a hash in their name never change, so browsers keep them for ever; everything else they
 * ask about each time. Every other path that a browser navigates to is a page of the app itself.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import express, { Router, type RequestHandler } from 'express';
import { VigieError } from '../errors.ts';

/** @param folder client/dist */
export function clientFiles(folder: string): Router {
  const router = Router();
  const immutable = { immutable: true, maxAge: '1y', index: false, redirect: false };
  router.use('/assets', express.static(join(folder, 'assets'), immutable), missingFile);
  router.use(express.static(folder, { maxAge: 0, redirect: false, setHeaders: revalidate }));
  router.get('/*path', (request, response, next) => {
    // Navigation names HTML; scripts, pictures and programs accept anything, and a page would only confuse them.
    if (!request.headers.accept?.includes('text/html')) return next();
    const page = join(folder, 'index.html');
    if (!existsSync(page))
      throw new VigieError('unavailable', 'the web app is not built; start the server with `npm start`');
    revalidate(response);
    return response.sendFile(page);
  });
  return router;
}

/** Never the app's page in place of a script or style that a newer version replaced: browsers would keep it. */
const missingFile: RequestHandler = () => {
  throw new VigieError('notFound', 'there is no such file; reload the page');
};

function revalidate(response: { setHeader(name: string, value: string): unknown }): void {
  response.setHeader('Cache-Control', 'no-cache');
}
