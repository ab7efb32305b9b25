import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Notification, NotificationChannel } from '../../server/outbound/notification-channel.ts';
import { event, notifierRig } from './notifier-rig.ts';

/** A second channel, for one recipient. */
class Mail implements NotificationChannel {
  recipient = '';
  readonly sent: Notification[] = [];
  readonly #fails: 'recipients' | 'notify' | undefined;

  constructor(fails?: 'recipients' | 'notify') {
    this.#fails = fails;
  }

  recipients(): Promise<{ userId: string; settings: undefined }[]> {
    if (this.#fails === 'recipients') return Promise.reject(new Error('no answer'));
    return Promise.resolve([{ userId: this.recipient, settings: undefined }]);
  }

  notify(_userId: string, notification: Notification): void {
    if (this.#fails === 'notify') throw new Error('no answer');
    this.sent.push(notification);
  }

  notifyAdministrators(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {
    // Nothing waits.
  }
}

test('each channel that reaches a user notifies, once per event and pause', async (context) => {
  const mail = new Mail();
  const { notifier, tell, who, arrived } = await notifierRig(context, [mail]);
  await tell('anna', 'phone');
  mail.recipient = who('anna').userId;
  notifier.onEvent(event());
  assert.deepEqual(await arrived(), ['phone']);
  notifier.onEvent(event());
  assert.deepEqual(await arrived(), []);
  assert.deepEqual(
    mail.sent.map(({ payload }) => payload.title),
    ['Door'],
  );
});

for (const fails of ['recipients', 'notify'] as const)
  test(`a channel whose ${fails} fails does not keep the others from notifying`, async (context) => {
    const mail = new Mail(fails);
    const { notifier, tell, who, arrived } = await notifierRig(context, [mail]);
    await tell('anna', 'phone');
    mail.recipient = who('anna').userId;
    notifier.onEvent(event());
    assert.deepEqual(await arrived(), ['phone']);
  });
