/**
 * Who may do what on NATS, tried with a real nats-server; and what a site and an edge make of messages that nobody
 * should send.
 */

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { nkeys } from '@nats-io/transport-node';
import { pino } from 'pino';
import {
  answerPrefix,
  claimSubject,
  demandSubject,
  helloSubject,
  keyframeSubject,
  siteSubjects,
  videoSubject,
} from '../../server/core/edges/subjects.ts';
import { sealFrame, type FrameKey } from '../../server/core/edges/frame-seal.ts';
import { NatsLink } from '../../server/edges/nats-link.ts';
import { CAMERA_OFFER } from '../../server/wire/edge-messages.ts';
import { NatsServer } from '../support/nats-server.ts';
import { ScriptedVideo } from '../support/scripted-video.ts';
import { until } from '../support/until.ts';
import { SeenFrames } from '../support/watched-camera.ts';
import { EdgeRig, SITE } from './edge-rig.ts';

const DOOR = 'cam_door';
const FULL = { rung: 'full', limitBps: Infinity } as const;
const DEMAND = Buffer.from(JSON.stringify({ version: 1, rungs: [{ rung: 'full', limitBps: null }] }));
const NOTHING = new Uint8Array();

let rig: EdgeRig;
before(async () => void (rig = await EdgeRig.start()));
afterEach(() => rig.closeAll());
after(() => rig.stop());

async function openAll() {
  const video = new ScriptedVideo(rig.clock);
  const { frames: site, link: siteLink } = await rig.site(video);
  const { frames: edge, link: edgeLink } = await rig.edge('north');
  return { video, site, siteLink, edge, edgeLink };
}

/** Everything that came, once all that was sent before has been read by NATS and by the listener. */
async function heard(listener: NatsLink, subject: string, send: () => Promise<unknown>): Promise<string[]> {
  const subjects: string[] = [];
  const listening = listener.listen(subject, (message) => subjects.push(message.subject));
  await listener.confirm();
  await send();
  await listener.confirm();
  listening.close();
  return subjects;
}

async function refusals(link: NatsLink, subjects: readonly string[]): Promise<void> {
  const known = link.counters.refused;
  for (const subject of subjects) assert.equal(link.publish(subject, DEMAND), true);
  await link.confirm();
  await until(`NATS refuses ${subjects.length}`, () => link.counters.refused === known + subjects.length);
}

test('NATS lets an edge neither publish video, nor speak for another edge, nor answer one', async () => {
  const { siteLink, edgeLink } = await openAll();
  const southLink = await rig.link('south', 'south');
  const video = await heard(southLink, videoSubject(SITE, '*', '*' as 'full'), () =>
    refusals(edgeLink, [
      videoSubject(SITE, DOOR, 'full'),
      demandSubject(SITE, 'south', DOOR),
      keyframeSubject(SITE, 'south', DOOR, 'full'),
      `${answerPrefix('south')}.x`,
      demandSubject('elsewhere', 'north', DOOR),
      helloSubject(SITE, 'south'),
      claimSubject(SITE),
    ]),
  );
  assert.deepEqual(video, []);
  const known = edgeLink.counters.refused;
  for (const subject of [siteSubjects(SITE).demands, siteSubjects(SITE).hellos, claimSubject(SITE)])
    assert.deepEqual(await heard(edgeLink, subject, () => siteLink.confirm()), []);
  assert.deepEqual(await heard(edgeLink, `${answerPrefix('south')}.>`, () => siteLink.confirm()), []);
  assert.deepEqual(await heard(edgeLink, '>', () => siteLink.confirm()), []);
  await until(() => edgeLink.counters.refused === known + 5);
});

test('NATS lets a site neither ask like an edge nor publish another site’s video', async () => {
  const { siteLink } = await openAll();
  await refusals(siteLink, [
    videoSubject('elsewhere', DOOR, 'full'),
    demandSubject(SITE, 'north', DOOR),
    keyframeSubject(SITE, 'north', DOOR, 'full'),
    `${answerPrefix('north')}.x`,
  ]);
});

test('two households on one NATS do not see each other, even under the same names', async () => {
  const { video, site } = await openAll();
  const neighbourVideo = new ScriptedVideo(rig.clock);
  const { frames: neighbourSite } = await rig.site(neighbourVideo, 'neighbour-site');
  const { frames: neighbourEdge } = await rig.edge('north', 'neighbour-edge');
  const seen = new SeenFrames(neighbourEdge, DOOR, FULL);
  await until(() => neighbourSite.stats.streams === 1);
  assert.deepEqual([site.stats.demands, video.subscribers.size], [0, 0]);
  neighbourVideo.send(DOOR, { keyframe: true });
  await seen.count(1);
  seen.subscription.close();
});

test('requests for keyframes are coalesced at the edge, and bounded again at the site', async () => {
  const { video, site, edge, edgeLink } = await openAll();
  const seen = new SeenFrames(edge, DOOR, FULL);
  await until(() => site.stats.streams === 1);
  video.send(DOOR, { keyframe: true });
  await seen.count(1);
  for (let request = 0; request < 50; request++) seen.subscription.requestKeyframe?.();
  await until(() => video.keyframeRequests.length === 1);
  // An edge that asks and asks costs the others no more than a viewer could.
  for (let request = 0; request < 50; request++)
    edgeLink.publish(keyframeSubject(SITE, 'north', DOOR, 'full'), NOTHING);
  await until(() => site.stats.keyframesRefused >= 40);
  assert.ok(video.keyframeRequests.length <= 5, `${video.keyframeRequests.length} requests`);
  edgeLink.publish(keyframeSubject(SITE, 'north', 'cam_other', 'full'), NOTHING);
  const { keyframesRefused } = site.stats;
  await until(
    'one for what it does not watch is refused',
    () => site.stats.keyframesRefused > keyframesRefused,
  );
});

test('an edge that joins a running rung gets a keyframe, and one that lost a frame asks for one', async () => {
  const { video, site, edge } = await openAll();
  const seen = new SeenFrames(edge, DOOR, FULL);
  await until(() => site.stats.streams === 1);
  video.send(DOOR, { keyframe: true });
  await seen.count(1);
  const { frames: south } = await rig.edge('south');
  const late = new SeenFrames(south, DOOR, FULL);
  await until(() => video.keyframeRequests.length === 1);
  // It cannot decode this one, and is not given it.
  video.send(DOOR);
  video.send(DOOR, { keyframe: true });
  await late.count(1);
  assert.equal(late.frames[0]?.keyframe, true);
  const stats = () => south.stats[SITE];
  // Longer than NATS takes: the site leaves it out, and what follows refers to it.
  video.send(DOOR, { bytes: 2_000_000 });
  assert.equal(site.stats.tooLarge, 1);
  const asked = video.keyframeRequests.length;
  video.send(DOOR);
  await until(() => video.keyframeRequests.length > asked);
  video.send(DOOR, { keyframe: true });
  await late.count(2);
  assert.equal(stats()?.missing, 2);
  for (const { subscription } of [seen, late]) subscription.close();
});

test('a message of another version, or one that nobody can read, is refused and answered', async () => {
  const { site, edgeLink } = await openAll();
  const ask = async (message: string | Buffer): Promise<unknown> => {
    const answer = await edgeLink.ask(demandSubject(SITE, 'north', DOOR), Buffer.from(message));
    return JSON.parse(Buffer.from(answer).toString());
  };
  assert.deepEqual(await ask('{"version":2,"rungs":"all"}'), { version: 1, refused: 'version' });
  const malformed = [
    '',
    '{',
    'null',
    '[]',
    '{"version":1}',
    '{"version":"1","rungs":[]}',
    '{"version":1,"rungs":[{"rung":"huge","limitBps":null}]}',
    '{"version":1,"rungs":[{"rung":"full","limitBps":-1}]}',
    '{"version":1,"rungs":[{"rung":"full","limitBps":null},{"rung":"full","limitBps":null}]}',
    JSON.stringify({ version: 1, rungs: [], more: 'x'.repeat(5_000) }),
  ];
  for (const message of malformed)
    assert.deepEqual(await ask(message), { version: 1, refused: 'malformed' }, message);
  assert.deepEqual(
    [site.stats.otherVersion, site.stats.malformed, site.stats.demands],
    [1, malformed.length, 0],
  );
  // It ignores fields that it does not know.
  const offer = CAMERA_OFFER.parse(await ask('{"version":1,"rungs":[],"wish":1}'));
  assert.equal(offer.rungs?.[0]?.name, 'full');
});

test('an answer goes to the edge that asks, and nowhere else', async () => {
  const { site, edgeLink } = await openAll();
  const foreign = await rig.link('north', 'south-like');
  await assert.rejects(foreign.ask(demandSubject(SITE, 'north', DOOR), DEMAND));
  edgeLink.publish(demandSubject(SITE, 'north', DOOR), DEMAND);
  await until(() => site.stats.malformed === 2);
  assert.equal(site.stats.demands, 0);
});

/** As the site gives it to an edge that may have the camera. */
async function keyOf(edgeLink: NatsLink, edge = 'north'): Promise<FrameKey> {
  const answer = await edgeLink.ask(demandSubject(SITE, edge, DOOR), DEMAND);
  const { key } = CAMERA_OFFER.parse(JSON.parse(Buffer.from(answer).toString()));
  assert.ok(key, 'the site gives no key');
  return { id: key.id, key: Buffer.from(key.secret, 'base64url') };
}

test('an edge that may no longer have a camera gets no key for what it overhears, and the others go on', async () => {
  const { video, site, siteLink, edge, edgeLink } = await openAll();
  const { frames: south, link: southLink } = await rig.edge('south');
  const [stays, goes] = [new SeenFrames(edge, DOOR, FULL), new SeenFrames(south, DOOR, FULL)];
  await until(() => site.stats.edges.length === 2);
  video.send(DOOR, { keyframe: true });
  await Promise.all([stays.count(1), goes.count(1)]);
  const [first, ofSouth] = [await keyOf(edgeLink), await keyOf(southLink, 'south')];
  assert.deepEqual(ofSouth, first);

  rig.hide(DOOR, true, 'south');
  site.refreshAccess(true);
  assert.deepEqual(site.stats.edges, ['north']);
  await assert.rejects(keyOf(southLink, 'south'), /gives no key/);
  assert.notDeepEqual(await keyOf(edgeLink), first);
  await siteLink.confirm();
  // The first frame makes the edge that stays ask for the key; nothing is missing.
  for (let frames = 0; frames < 3; frames++) video.send(DOOR);
  await stays.count(4);
  await until('the other one was refused the key', () => south.stats[SITE]?.sealed === 3);
  assert.deepEqual([goes.frames.length, edge.stats[SITE]?.missing, edge.stats[SITE]?.sealed], [1, 0, 0]);
  for (const { subscription } of [stays, goes]) subscription.close();
});

test('frames that are none are counted and shown to nobody', async () => {
  const { site, siteLink, edge, edgeLink } = await openAll();
  const seen = new SeenFrames(edge, DOOR, FULL);
  await until(() => site.stats.streams === 1);
  const key = await keyOf(edgeLink);
  const subject = videoSubject(SITE, DOOR, 'full');
  siteLink.publish(subject, Buffer.from('no frame'));
  const frame = { epoch: 1, sequence: 1, layer1Count: 0, layer2Count: 0, layer: undefined, repeated: false };
  const us = rig.clock();
  const times = {
    captureUs: us,
    receivedUs: us,
    decodeStartUs: us,
    decodedUs: us,
    encodedUs: us,
    timestamp90k: 1,
  };
  const picture = Buffer.from([0]);
  const whole = sealFrame(key, { ...frame, ...times, keyframe: true, width: 4, height: 4 }, picture);
  // Sealed with a key that the site has not given, and with the right one, but for one bit.
  siteLink.publish(
    subject,
    sealFrame(
      { ...key, id: key.id + 1 },
      { ...frame, ...times, keyframe: true, width: 4, height: 4 },
      picture,
    ),
  );
  siteLink.publish(subject, Uint8Array.from(whole.with(whole.length - 1, (whole.at(-1) ?? 0) ^ 1)));
  siteLink.publish(subject, whole);
  siteLink.publish(subject, whole);
  await until(() => edge.stats[SITE]?.repeated === 1);
  const { malformed, sealed } = edge.stats[SITE] ?? {};
  assert.deepEqual([malformed, sealed, seen.frames.length], [2, 1, 1]);
  // So late that an edge which was held up does better to wait for the newest picture.
  const early = us - 2_000_000;
  const old = { ...frame, ...times, captureUs: early, encodedUs: early, sequence: 2, keyframe: true };
  siteLink.publish(subject, sealFrame(key, { ...old, width: 4, height: 4 }, picture));
  await until(() => edge.stats[SITE]?.late === 1);
  assert.equal(seen.frames.length, 1);
  seen.subscription.close();
});

test('a node proves by a key who it is, and one that cannot goes on trying without a word too many', async (t) => {
  const pair = nkeys.createUser();
  const byKey = await NatsServer.start([{ name: 'key', account: 'household', nkey: pair.getPublicKey() }]);
  t.after(() => byKey.stop());
  const warnings: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line) => void warnings.push(line) });
  const open = (credentials: string, url = byKey.url): NatsLink => {
    const link = new NatsLink({ urls: [url], name: 'test', credentials, log });
    t.after(() => link.close());
    return link;
  };
  const right = open(new TextDecoder().decode(pair.getSeed()));
  await until(() => right.isOpen);
  const wrong = open(new TextDecoder().decode(nkeys.createUser().getSeed()));
  await until(() => warnings.length === 1);
  assert.match(warnings[0] ?? '', /failed to connect to NATS/);
  const unreadable = open('neither of them');
  await until(() => warnings.length === 2);
  assert.match(warnings[1] ?? '', /contains neither a .creds of NATS, nor the seed of an nkey/);
  assert.doesNotMatch(warnings.join(), /neither of them/);
  // A server, or somebody in between, that offers no TLS gets nothing of who wants it.
  const seed = new TextDecoder().decode(pair.getSeed());
  const clear = open(seed, byKey.url.replace('nats:', 'tls:'));
  await until(() => warnings.length === 3);
  assert.match(warnings[2] ?? '', /server does not support 'tls'/);
  assert.deepEqual([wrong.isOpen, unreadable.isOpen, clear.isOpen], [false, false, false]);
});
