/** The command `doctor` checks whether the server can be reached, the rights of the key, and cameras, recording and clock. */

import { HEALTH } from '../../wire/health.ts';
import type { CameraView } from '../../wire/camera.ts';
import { CommandError } from '../command-error.ts';
import type { CommandRun } from '../command-run.ts';

interface Finding {
  what: string;
  ok: boolean;
  detail: string;
}

export async function doctor(run: CommandRun): Promise<void> {
  const findings: Finding[] = [];
  for (const look of [server, cameras, recording, clock]) findings.push(...(await look(run)));
  for (const finding of findings)
    run.output.value(finding, `${finding.ok ? 'ok ' : 'BAD'}  ${finding.what}: ${finding.detail}`);
  if (findings.some(({ ok }) => !ok)) throw new CommandError('problemFound', 'something needs attention');
}

async function server({ api }: CommandRun): Promise<Finding[]> {
  const health = HEALTH.parse(await (await api.fetch('GET /api/health', {})).json());
  const { problems = [] } = health as { problems?: readonly unknown[] };
  const detail = problems.length === 0 ? `${api.url} answers` : JSON.stringify(problems);
  return [{ what: 'server', ok: problems.length === 0, detail }];
}

async function cameras({ api }: CommandRun): Promise<Finding[]> {
  const listed = await api.call('GET /api/cameras', {});
  if (listed.length === 0)
    return [{ what: 'cameras', ok: false, detail: 'there are none, or the key has no right to any' }];
  return listed.map((camera) => ({ what: `camera ${camera.name}`, ...stateOf(camera) }));
}

function stateOf({ status, advice = [] }: CameraView): Omit<Finding, 'what'> {
  const texts = advice.filter(({ severity }) => severity !== 'info').map(({ text }) => text);
  const ok = (status === 'online' || status === 'off') && texts.length === 0;
  return { ok, detail: [status, ...texts].join('; ') };
}

async function recording(run: CommandRun): Promise<Finding[]> {
  return unlessForbidden('recording', async () => {
    const { alarm, usedBytes, quotaBytes } = await run.api.call('GET /api/recording', {});
    const used = `${Math.round((usedBytes / quotaBytes) * 100)} % of the quota is used`;
    return { ok: alarm === null, detail: alarm === null ? used : `${alarm}; ${used}` };
  });
}

async function clock(run: CommandRun): Promise<Finding[]> {
  return unlessForbidden('clock', async () => {
    const { problem } = await run.api.call('GET /api/site/clock', {});
    return { ok: problem === null, detail: problem === null ? 'can be right' : JSON.stringify(problem) };
  });
}

/** Leaves out findings that the key may not read, such as those for administrators only. */
async function unlessForbidden(what: string, look: () => Promise<Omit<Finding, 'what'>>): Promise<Finding[]> {
  try {
    return [{ what, ...(await look()) }];
  } catch (error) {
    if (error instanceof CommandError && error.failure === 'notAllowed') return [];
    throw error;
  }
}
