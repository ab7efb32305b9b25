/** The printed result of one attack, for people as it happens and as a row of the table at the end. */

import type { Attack, Counts, Finding } from './attack.ts';
import type { CpuUse } from './cpu.ts';
import { brokenLimits, LIMITS, type Figures, type ResourceSample } from './figures.ts';

export interface Outcome {
  attack: Pick<Attack, 'name' | 'title'>;
  seconds: number;
  figures: Figures;
  /** From the end of the attack until everything was normal, or until it was given up. */
  recoverySeconds: number;
  findings: readonly Finding[];
  counts: Counts;
  cpu: CpuUse;
  /** How often the viewer lost its picture and got it back. */
  viewerReturns: number;
  errorsLogged: number;
  /** How the server's process ended, if it did. */
  serverEnd: string | undefined;
}

/** @returns a few words for each broken limit */
export function brokenBy({ figures, findings, errorsLogged, serverEnd }: Outcome): string[] {
  return [
    ...(serverEnd === undefined ? [] : [`the server ended (${serverEnd})`]),
    ...(errorsLogged === 0 ? [] : ['errors in the log']),
    ...brokenLimits(figures),
    ...findings.flatMap(({ broken }) => broken ?? []),
  ];
}

export function describe(outcome: Outcome): string {
  const { attack, seconds, figures, cpu, counts, recoverySeconds, viewerReturns, errorsLogged } = outcome;
  const { fps, health, before, peak, after } = figures;
  const broken = brokenBy(outcome);
  const memory = (pick: (sample: ResourceSample) => number): string =>
    [before, peak, after].map((sample) => megabytes(pick(sample))).join(' → ');
  const rows: [string, string][] = [
    [
      'viewer',
      `${fps.median} fps, at worst ${fps.min} in a second and ${fps.worst.toFixed(1)} over 3 s${viewerReturns > 0 ? `, came back ${viewerReturns} times` : ''}`,
    ],
    [
      'health',
      `p50 ${milliseconds(health.p50Ms)}, p99 ${milliseconds(health.p99Ms)}; ${health.failed} of ${health.asked} without an answer`,
    ],
    [
      'memory',
      `server ${memory(({ serverMb }) => serverMb)} MB, codecs ${memory(({ codecMb }) => codecMb)} MB`,
    ],
    [
      'descriptors',
      `${before.descriptors} → ${peak.descriptors} → ${after.descriptors}, looked at ${recoverySeconds.toFixed(0)} s after`,
    ],
    ['camera', camera(figures.cameraAwaySeconds)],
    ...outcome.findings.map(({ text }): [string, string] => ['besides', text]),
    [
      'attackers',
      Object.entries(counts)
        .map(([name, count]) => `${name} ${count.toLocaleString('en')}`)
        .join(', '),
    ],
    ['CPU', cpuText(cpu)],
    ...(errorsLogged > 0 ? [['log', `${errorsLogged} errors`] as [string, string]] : []),
    ['limits', broken.length === 0 ? 'all hold' : `BROKEN: ${broken.join(', ')}`],
  ];
  const lines = rows.map(([name, text]) => `  ${name.padEnd(12)} ${text}\n`).join('');
  return `\n${attack.name}: ${attack.title} (${seconds} s)\n${lines}`;
}

/** Markdown, as in docs/attacks.md. */
export function table(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map((outcome) => {
    const { fps, health, before, peak, after, cameraAwaySeconds } = outcome.figures;
    const broken = brokenBy(outcome);
    return [
      `\`${outcome.attack.name}\``,
      `${fps.median} / ${fps.min}`,
      milliseconds(health.p99Ms),
      [before, peak, after].map(({ serverMb }) => megabytes(serverMb)).join(' → '),
      [before, peak, after].map(({ codecMb }) => megabytes(codecMb)).join(' → '),
      [before, peak, after].map(({ descriptors }) => descriptors).join(' → '),
      camera(cameraAwaySeconds),
      broken.length === 0 ? '–' : broken.join(', '),
    ];
  });
  const head = [
    'Attack',
    'fps median / min',
    'health p99',
    'server MB',
    'codecs MB',
    'descriptors',
    'camera',
    'broken',
  ];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

export function limitsText(): string {
  const { minFps, maxHealthP99Ms, maxMemoryGrowth, maxDescriptorChange, maxCameraAwaySeconds } = LIMITS;
  return (
    `limits: viewer ${minFps} fps in any 3 s, health p99 ${maxHealthP99Ms} ms, memory back within ` +
    `${maxMemoryGrowth * 100} %, descriptors ± ${maxDescriptorChange}, camera back within ${maxCameraAwaySeconds} s`
  );
}

export function cpuText({ server, codecs, attackers, measuring, others, cores, isFull }: CpuUse): string {
  const shares = Object.entries({ server, codecs, attackers, measuring, others })
    .map(([name, share]) => `${name} ${share.toFixed(2)}`)
    .join(', ');
  const full = isFull
    ? `; the machine was full: with ${(attackers + others).toFixed(1)} cores taken by attackers and others, times say as much of it as of the server`
    : '';
  return `${shares} of ${cores} cores${full}`;
}

function camera(awaySeconds: number): string {
  if (awaySeconds === 0) return 'online';
  return Number.isFinite(awaySeconds) ? `away ${awaySeconds.toFixed(1)} s` : 'away to the end';
}

function megabytes(mb: number): string {
  return Number.isFinite(mb) ? mb.toFixed(0) : '–';
}

function milliseconds(ms: number): string {
  return Number.isFinite(ms) ? `${ms.toFixed(ms < 10 ? 1 : 0)} ms` : '–';
}
