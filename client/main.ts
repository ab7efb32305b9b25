/** The start of the web app: makes its parts, connects them, and hands them to `<vigie-app>`. */

import './ui/icons.ts';
import { Api } from './api.ts';
import type { AppContext } from './app-context.ts';
import { createSession } from './create-session.ts';
import { LiveConnection } from './live/live-connection.ts';
import { followColorScheme } from './style/theme.ts';
import './vigie-app.ts';

/** Says how the last visit ended. It grants nothing: that is the cookie's to do. */
const HINT = 'vigie-session';

followColorScheme();

const session = createSession();
const live = new LiveConnection('', session);
const context: AppContext = { session, api: new Api(session), live };

session.on('change', ({ kind }) => {
  localStorage.setItem(HINT, kind);
  if (kind === 'signedIn') {
    live.signaling.start();
  } else if (kind === 'signedOut') {
    live.signaling.stop();
    live.cameras.clear();
  }
});
live.receiver.warm();
// The socket opens while the session is being restored, for a first picture needs both; but not for strangers.
if (localStorage.getItem(HINT) === 'signedIn') live.signaling.start();
void session.restore();

const app = document.querySelector('vigie-app');
if (app) app.context = context;
