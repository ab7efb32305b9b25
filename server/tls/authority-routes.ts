/**
 * GET /api/local-authority, without signing in. The sign-in page shows it: who cannot trust the connection yet should not have
 * to trust it with a password first.
 */

import { Router } from 'express';
import { serve } from '../http/serve.ts';
import type { AuthorityCertificate } from './local-authority.ts';

export function authorityRoutes(authority: AuthorityCertificate | undefined): Router {
  const router = Router();
  serve(router, 'GET /api/local-authority', () => ({
    authority: authority ? { fingerprint: authority.fingerprint, validUntil: authority.validUntil } : null,
  }));
  return router;
}
