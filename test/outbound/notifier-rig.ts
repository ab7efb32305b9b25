import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { createLog } from '../../server/log.ts';
import type { NotificationChannel } from '../../server/outbound/notification-channel.ts';
import { Notifier } from '../../server/outbound/notifier.ts';
import { PushChannel } from '../../server/outbound/push-channel.ts';
import type { PushOutcome } from '../../server/outbound/push-sender.ts';
import type { EventView } from '../../server/wire/event.ts';
import type { Right } from '../../server/wire/rights.ts';
import type { NotificationSettings, PushDevice, PushPayload } from '../../server/wire/notification.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { openInProcessStore } from '../support/in-process-store.ts';
import { rightsTo } from '../support/rights.ts';
import { eventView } from '../support/event-view.ts';

/** 10 in the morning in Paris. */
export const START_MS = Date.parse('2026-11-23T09:00:00Z');
const NAMES: Readonly<Record<string, string>> = { cam_1: 'Door', cam_2: 'Yard' };

interface Sent {
  endpoint: string;
  payload: PushPayload;
  answer: (outcome: PushOutcome) => void;
}

/** Two users; the test answers for their devices' push service. */
export async function notifierRig(context: TestContext, others: readonly NotificationChannel[] = []) {
  const store = openInProcessStore(temporaryFolder(context));
  context.after(() => store.close());
  let nowMs = START_MS;
  let timeZone = 'UTC';
  const sent: Sent[] = [];
  const forbidden = new Set<string>();
  const log = createLog('silent');
  const push = new PushChannel({
    store: store.notifications,
    sender: {
      publicKey: 'BKey',
      send: ({ endpoint }, payload) => {
        const { promise, resolve } = Promise.withResolvers<PushOutcome>();
        sent.push({ endpoint, payload, answer: resolve });
        return promise;
      },
      close: () => undefined,
    },
    log,
    nowMs: () => nowMs,
  });
  const notifier = new Notifier({
    store: store.notifications,
    channels: [...others, push],
    may: (userId, right, cameraId) => !forbidden.has(`${userId} ${right} ${cameraId}`),
    nameOf: (cameraId) => NAMES[cameraId],
    log,
    nowMs: () => nowMs,
    timeZone: () => timeZone,
  });
  const cameraIds = Object.keys(NAMES);
  for (const id of cameraIds) await store.cameras.ensure(id, id, 'v1', 0);
  const people: Record<string, { userId: string; sessionId: string }> = {};
  for (const username of ['anna', 'ben']) {
    const user = { username, passwordHash: 'x', role: 'viewer', cameras: rightsTo(cameraIds) } as const;
    const { id: userId } = await store.users.add(user, nowMs);
    people[username] = { userId, sessionId: (await store.sessions.create(userId, 'x', nowMs)).session.id };
  }
  const who = (name: 'anna' | 'ben') => people[name] ?? assert.fail(name);
  const tell = async (name: 'anna' | 'ben', device: string): Promise<PushDevice> => {
    const added = { endpoint: `https://push.example/${device}`, keys: { p256dh: 'p', auth: 'a' } };
    await push.devices.add(who(name), added);
    return added;
  };
  const set = async (name: 'anna' | 'ben', change: Partial<NotificationSettings>): Promise<void> => {
    const { userId } = who(name);
    await notifier.setSettings(userId, { ...notifier.settingsOf(userId), ...change });
  };
  return {
    store,
    notifier,
    push,
    who,
    tell,
    set,
    forbid: (name: 'anna' | 'ben', right: Right, cameraId: string) =>
      forbidden.add(`${who(name).userId} ${right} ${cameraId}`),
    waits: (ms: number) => (nowMs += ms),
    movesTo: (zone: string) => (timeZone = zone),
    sent,
    /** Short names of the devices notified so far; every notification succeeds. */
    arrived: async (): Promise<string[]> => {
      // Recipients are looked up in a queue; this look-up comes after them.
      await store.notifications.recipients('cam_none');
      await setImmediate();
      return sent.splice(0).map(({ endpoint, answer }) => {
        answer('sent');
        return endpoint.slice('https://push.example/'.length);
      });
    },
  };
}

let events = 0;
export const event = (change: Partial<EventView> = {}): EventView =>
  eventView({ id: `evt_${++events}`, startedAtMs: START_MS, ...change });
