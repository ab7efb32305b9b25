/** The start of the web app: creates its parts, connects them, and passes them to `<vigie-app>`. */

import './ui/icons.ts';
import { Api } from './http/api.ts';
import { BASE_PATH } from './http/base-path.ts';
import type { AppContext } from './app-context.ts';
import { createSession } from './session/create-session.ts';
import { LiveConnection } from './live/live-connection.ts';
import { hintsAtSession } from './session/session.ts';
import { ShownZone } from './dates/shown-zone.ts';
import { followColorScheme } from './ui/theme.ts';
import { keepShell } from './app/keep-shell.ts';
import './app/vigie-app.ts';

followColorScheme();

const session = createSession(BASE_PATH);
const live = new LiveConnection(BASE_PATH, session);
const api = new Api(session);
const siteZone = new ShownZone(live.signaling, () => api.call('GET /api/site/time-zone'));
const context: AppContext = { session, api, live, siteZone };

session.on('change', ({ kind }) => {
  if (kind === 'signedIn') {
    live.signaling.start();
    void siteZone.load();
  } else if (kind === 'signedOut') {
    live.signaling.stop();
    live.cameras.clear();
  }
});
live.receiver.warm();
// The socket opens while the session is being restored, because a first picture needs both; but not without a sign of a session.
if (hintsAtSession(document.cookie)) live.signaling.start();
void session.restore();

const app = document.querySelector('vigie-app');
if (app) app.context = context;
keepShell();
