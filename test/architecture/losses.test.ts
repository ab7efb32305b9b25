/** Every action of the app that takes something away asks first, and names what is lost. */

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { API_ROUTES } from '../../server/wire/api-routes.ts';

const CLIENT = resolve(import.meta.dirname, '../../client');
/** Routes beside the DELETE routes that take something away. */
const ALSO_TAKE_AWAY = [
  'POST /api/cameras/:cameraId/key',
  'POST /api/webhooks/:webhookId/secret',
  'PUT /api/recording/retention',
];
/** DELETE routes without a loss, and why. */
const NOTHING_LOST: Readonly<Record<string, string>> = {
  'DELETE /api/notices/:notice': 'what was said is dismissed',
  'DELETE /api/cameras/:cameraId/exports/:exportId': 'a copy of recordings is removed, not the recordings',
  'DELETE /api/cameras/:cameraId/update': 'an update is cancelled before it starts, or its outcome dismissed',
};

const files = globSync('**/*.ts', { cwd: CLIENT, exclude: ['node_modules/**', 'dist/**'] }).map((path) => ({
  path,
  text: readFileSync(resolve(CLIENT, path), 'utf8'),
}));

test('the app calls what takes something away only where it names what is lost', () => {
  const destructive = [
    ...Object.keys(API_ROUTES).filter((name) => name.startsWith('DELETE ')),
    ...ALSO_TAKE_AWAY,
  ];
  for (const name of destructive.filter((each) => !(each in NOTHING_LOST))) {
    const callers = files.filter(({ text }) => text.includes(`api.call('${name}', `));
    for (const { path, text } of callers) assert.match(text, /\bstake\b/, `client/${path} calls ${name}`);
  }
});

test('the dialog that asks is one element', () => {
  const dangerous = files.filter(({ text }) => /submitVariant = 'danger'/.test(text)).map(({ path }) => path);
  assert.deepEqual(dangerous, ['ui/confirm-dialog.ts']);
});
