/** An edge of `bench:edges` as a process: subscribes to each camera as its SFU would, and measures how old frames are. */

import { serverClock } from '../../../server/core/clock.ts';
import { answerPrefix } from '../../../server/core/edges/subjects.ts';
import { EdgeFrames } from '../../../server/edges/edge-frames.ts';
import { NatsLink } from '../../../server/edges/nats-link.ts';
import { createLog } from '../../../server/log.ts';
import { ageUs, type Command, type NodeSettings, type Report } from './messages.ts';

const settings = JSON.parse(process.argv[2] ?? '{}') as NodeSettings;
const { edge = '', siteOf = {} } = settings;
const log = createLog('error');

const link = new NatsLink({
  urls: [settings.url],
  name: edge,
  credentials: settings.credentials,
  answerPrefix: answerPrefix(edge),
  log,
});
const frames = new EdgeFrames({
  edge,
  link,
  siteOf: (cameraId) => siteOf[cameraId],
  clock: serverClock,
  log,
});
let agesUs: number[] = [];
for (const cameraId of settings.cameraIds)
  frames.subscribeRung(cameraId, { rung: 'full', limitBps: Infinity }, ({ data }) =>
    agesUs.push(ageUs(data)),
  );

const lostSoFar = (): number =>
  Object.values(frames.stats).reduce(
    (sum, { missing, undecodable, late, sealed }) => sum + missing + undecodable + late + sealed,
    0,
  );
const bytesSoFar = (): number => Object.values(frames.stats).reduce((sum, { bytes }) => sum + bytes, 0);
let before = { lost: lostSoFar(), bytes: bytesSoFar(), cpu: process.cpuUsage() };
process.on('message', (command: Command) => {
  if (command === 'stop') process.exit();
  const { user, system } = process.cpuUsage(before.cpu);
  const report: Report = {
    frames: agesUs.length,
    bytes: bytesSoFar() - before.bytes,
    cpuUs: user + system,
    agesUs,
    lost: lostSoFar() - before.lost,
  };
  agesUs = [];
  before = { lost: lostSoFar(), bytes: bytesSoFar(), cpu: process.cpuUsage() };
  process.send?.(report);
});
