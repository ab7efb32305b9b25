/**
 * GET /api/local-authority, without sign-in: the sign-in page shows the fingerprint, so that users can verify the
 * connection before they enter a password.
 */

import { Router } from 'express';
import { serve } from '../http/serve.ts';
import type { AuthorityCertificate } from './local-authority.ts';

export function authorityRoutes(authority: AuthorityCertificate | undefined): Router {
  const router = Router();
  serve(router, 'GET /api/local-authority', () => ({
    authority: authority
      ? { fingerprint: authority.fingerprint, validUntilMs: authority.validUntilMs }
      : null,
  }));
  return router;
}
