/**
 * Sites, NATS and edges under load, against the goals below: many cameras over one nats-server, then viewers at a site
 * and spread over one, two and four edges. Everything runs on this machine, so that what one process takes the others lack.
 *
 *     npm run bench:edges
 *     npm run bench:edges -- --viewers 100 --seconds 20
 */

import { parseArgs } from 'node:util';
import { measureLoad, type LoadFigures } from './edges/many-cameras.ts';
import { measureViewers } from './edges/viewers.ts';

const { values } = parseArgs({
  options: { viewers: { type: 'string', default: '100' }, seconds: { type: 'string', default: '15' } },
});
const [viewers, seconds] = [Number(values.viewers), Number(values.seconds)];
let missed = 0;

function line(what: string, value: number, unit: string, goal?: number): void {
  const isMissed = goal !== undefined && !(value <= goal);
  if (isMissed) missed++;
  const against = goal === undefined ? '' : `   goal ≤ ${goal}${isMissed ? '   MISSED' : ''}`;
  process.stdout.write(`  ${what.padEnd(46)} ${value.toFixed(2).padStart(10)} ${unit}${against}\n`);
}

function showLoad(figures: LoadFigures): void {
  line('frames published', figures.publishedPerSecond, '/s');
  line('frames received at edges', figures.receivedPerSecond, '/s');
  line('frames left out', figures.lostShare * 100, '%');
  line('CPU of a site per frame published', figures.siteUsPerMessage, 'µs');
}

const single = await measureLoad({ sites: 1, camerasPerSite: 20, edges: 1, seconds });
process.stdout.write('20 cameras of one site at one edge: what the hop adds\n');
line('age at the edge, p50', single.ageMs.p50, 'ms', 1);
line('age at the edge, p95', single.ageMs.p95, 'ms', 3);
line('CPU of an edge per frame received', single.edgeUsPerMessage, 'µs');
showLoad(single);

const many = await measureLoad({ sites: 4, camerasPerSite: 50, edges: 5, seconds });
process.stdout.write(`\n200 cameras of 4 sites at 5 edges, ${many.subscriptions} subscriptions\n`);
line('age at the edge, p99', many.ageMs.p99, 'ms', 200);
line('nats-server', many.natsCores, 'cores', 0.5);
line('CPU of an edge per frame received', many.edgeUsPerMessage, 'µs', 25);
showLoad(many);

const { usPerPacket, siteBytesPerSecond, firstPictureMs } = await measureViewers(viewers);
process.stdout.write(`\n${viewers} viewers of one camera\n`);
line('CPU per packet, all at the site', usPerPacket.site, 'µs');
for (const [edges, us] of Object.entries(usPerPacket.edges))
  line(`the same over ${edges} edges, against the site`, us / usPerPacket.site, '', 1.1);
const [one = NaN, all = NaN] = [siteBytesPerSecond[1], siteBytesPerSecond[viewers]];
line('bytes from the site, one viewer', one / 1000, 'kB/s');
line(`bytes for ${viewers} viewers, against one`, all / one, '', 1.05);
line('time to the first picture at the site', firstPictureMs.site, 'ms');
line('the same at an edge, against the site', firstPictureMs.edge / firstPictureMs.site, '', 1.3);
process.exitCode = missed === 0 ? 0 : 1;
