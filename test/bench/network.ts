/**
 * Measures what a viewer sees over poor networks: a real browser in network namespaces, watching cameras over a link with losses,
 * delay, jitter or little room, and compares it with what is to be reached (network/lines.ts).
 *
 *     npm run bench:network                                   every line, 30 s each
 *     npm run bench:network -- --seconds 15 --lines clean,700   those whose name contains one of these
 *     npm run bench:network -- --browser firefox
 *     npm run bench:network -- --detail                       with each second, and each gap
 *
 * shown: different pictures presented per second. frozen: sum of the gaps of more than 300 ms between them, and their number;
 * longest: the longest gap. p50, p95: age of a picture when it is presented. offered: bits that enter the link towards
 * the viewer, per second; worst: in one second, from the third on. used: what of the line's room passed. needless:
 * packets that were sent again and arrived, less those that were lost, as a share of the video's; fec: packets of
 * forward error correction likewise. keyframes: decoded per second. psnr: of the pictures shown against the camera's.
 * Run it on a quiet machine; needs Linux and root.
 */

import { parseArgs } from 'node:util';
import { ensureClientBuilt } from '../../server/start/client-build.mjs';
import { ensureNetworkPrograms } from '../network/support/network-test.ts';
import { ensureChromium } from '../support/chromium.ts';
import { figuresOf, type Figures } from './network/figures.ts';
import { verdictsOf } from './network/goals.ts';
import { ALONE, LINES } from './network/lines.ts';
import { Rig } from './network/rig.ts';
import { detail, heading, row, verdictRow } from './network/table.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '30' },
    lines: { type: 'string', default: '' },
    browser: { type: 'string', default: 'chromium' },
    detail: { type: 'boolean', default: false },
  },
});
const words = values.lines.split(',');
const lines = LINES.filter(({ name }) => words.some((word) => name.includes(word)));

ensureNetworkPrograms();
ensureChromium();
await ensureClientBuilt();
using rig = await Rig.make(values.browser === 'firefox' ? 'firefox' : 'chromium');
const results = new Map<string, Figures>();
process.stdout.write(heading());
for (const line of lines) {
  // One line that cannot be measured, as when the server takes no more viewers, leaves the others.
  const measured = await rig.measure(line, Number(values.seconds)).catch((error: unknown) => {
    process.stdout.write(`${line.name}: ${String(error)}\n`);
  });
  if (!measured) continue;
  const figures = figuresOf(measured);
  results.set(line.name, figures);
  process.stdout.write(row(line.name, figures));
  if (values.detail) process.stdout.write(detail(measured, figures));
}
process.stdout.write('\ngoals\n');
for (const { name, goal } of lines) {
  const figures = results.get(name);
  if (goal && figures) process.stdout.write(verdictRow(name, verdictsOf(goal, figures, results.get(ALONE))));
}
