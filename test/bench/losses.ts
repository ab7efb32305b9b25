/**
 * Simulates what a viewer is shown over lines that lose or reorder packets, by the server's own plan of repair packets, in
 * virtual time: load on the machine changes nothing.
 *
 *     npm run bench:losses
 *
 * Frames of three layers at 25 a second have 8, 3, 4 and 3 packets, or one more or less. The viewer asks for what it
 * misses at once, and again after each round trip; it repairs one packet at a time, decodes a frame when it has all that
 * the frame refers to, and shows the newest at each 60th of a second. shown: different frames per second; gaps: longer
 * than 300 ms, in 30 s; late: frames that were not whole within 20 ms, and those of the base layer, of all frames.
 */

import { parseArgs } from 'node:util';
import type { FrameLayer } from '../../server/core/video/encoded-frame.ts';
import { RepairPlan } from '../../server/core/rtp/repair-plan.ts';
import { randomSequence } from '../../server/virtual-camera/scene-palette.ts';

const PATTERN: readonly { layer: FrameLayer; packets: number }[] = [
  { layer: { tid: 0, layerSync: false }, packets: 8 },
  { layer: { tid: 2, layerSync: true }, packets: 3 },
  { layer: { tid: 1, layerSync: true }, packets: 4 },
  { layer: { tid: 2, layerSync: false }, packets: 3 },
];
const FRAME_MS = 40;
const VSYNC_MS = 1000 / 60;
const DECODE_MS = 5;
const PACKET_MS = 0.3;
const ASK_INTERVAL_MS = 20;
const GAP_MS = 300;

interface Line {
  name: string;
  oneWayMs: number;
  /** Each packet takes up to this much more or less. */
  jitterMs: number;
  /** Chances of a packet to begin and to end a burst of losses. */
  enter: number;
  leave: number;
}

interface Sending {
  /** Repair packets, of the packets of video. */
  share: number;
  /** A packet that holds nothing follows each frame. */
  hasEnds: boolean;
  /** A frame has no fewer packets. */
  minPackets: number;
}

interface Event {
  atMs: number;
  run: (atMs: number) => void;
}

class Simulation {
  readonly #line: Line;
  readonly #sending: Sending;
  readonly #random = randomSequence(1);
  readonly #plan = new RepairPlan<{ payloads: readonly { number: number }[]; layer: FrameLayer }>();
  readonly #frames: { base: boolean; sentMs: number; numbers: number[] }[] = [];
  readonly #arrivedMs = new Map<number, number>();
  #repairs: number[][] = [];
  #events: Event[] = [];
  #next = 0;
  #highest = -1;
  #isLosing = false;

  constructor(line: Line, sending: Sending) {
    this.#line = line;
    this.#sending = sending;
  }

  run(seconds: number): string {
    const count = (seconds * 1000) / FRAME_MS;
    for (let frame = 0; frame < count; frame++) {
      this.#send(frame);
      this.#handle((frame + 1) * FRAME_MS);
    }
    this.#handle(Infinity);
    const wholeMs = this.#frames.map(({ numbers }) =>
      Math.max(...numbers.map((number) => this.#arrivedMs.get(number) ?? Infinity)),
    );
    const late = this.#frames.map(
      ({ sentMs }, i) => (wholeMs[i] ?? Infinity) > sentMs + this.#line.oneWayMs + this.#line.jitterMs + 20,
    );
    const share = (some: number): string => `${((100 * some) / count).toFixed(2).padStart(6)} %`;
    const bases = late.filter((isLate, i) => isLate && this.#frames[i]?.base).length;
    const shownMs = shown(decodedMs(wholeMs));
    const gaps = shownMs.filter((ms, i) => i > 0 && ms - (shownMs[i - 1] ?? ms) > GAP_MS).length;
    const fps = (shownMs.length / seconds).toFixed(1).padStart(6);
    return `${fps} ${((gaps * 30) / seconds).toFixed(1).padStart(6)} ${share(late.filter(Boolean).length)} ${share(bases)}`;
  }

  #send(frame: number): void {
    const { layer, packets } = PATTERN[frame % PATTERN.length] ?? {
      layer: { tid: 0, layerSync: false },
      packets: 1,
    };
    const varied = packets + Math.floor(5 * this.#random()) / 2 - 1;
    const size = Math.max(1, Math.round(varied), this.#sending.minPackets);
    const payloads = Array.from({ length: size }, () => ({ number: this.#next++ }));
    const sentMs = frame * FRAME_MS;
    this.#frames.push({ base: layer.tid === 0, sentMs, numbers: payloads.map(({ number }) => number) });
    let atMs = sentMs;
    for (const { number } of payloads) this.#pass((atMs += PACKET_MS), (ms) => this.#onPacket(number, ms));
    for (const parts of this.#plan.next({ payloads, layer }, this.#sending.share)) {
      const numbers = parts.flatMap(({ frame: one, pattern }) =>
        pattern.map((i) => one.payloads[i]?.number ?? -1),
      );
      this.#pass((atMs += PACKET_MS), (ms) => this.#onRepair(numbers, ms));
    }
    const end = this.#next++;
    if (this.#sending.hasEnds) this.#pass(atMs + PACKET_MS, (ms) => this.#onPacket(end, ms));
    else this.#arrivedMs.set(end, 0);
  }

  /** Over the line, unless it loses it. */
  #pass(atMs: number, run: (atMs: number) => void): void {
    const { oneWayMs, jitterMs, enter, leave } = this.#line;
    if (this.#random() < (this.#isLosing ? leave : enter)) this.#isLosing = !this.#isLosing;
    if (this.#isLosing) return;
    this.#events.push({ atMs: atMs + oneWayMs + jitterMs * (2 * this.#random() - 1), run });
  }

  #handle(untilMs: number): void {
    for (;;) {
      const due = this.#events.filter(({ atMs }) => atMs < untilMs).toSorted((a, b) => a.atMs - b.atMs);
      if (due.length === 0) return;
      const [first] = due;
      if (!first) return;
      this.#events.splice(this.#events.indexOf(first), 1);
      first.run(first.atMs);
    }
  }

  #onPacket(number: number, atMs: number): void {
    if (this.#arrivedMs.has(number)) return;
    this.#arrivedMs.set(number, atMs);
    for (let missing = this.#highest + 1; missing < number; missing++) this.#ask(missing, atMs);
    this.#highest = Math.max(this.#highest, number);
    this.#repair(atMs);
  }

  #onRepair(numbers: number[], atMs: number): void {
    this.#repairs = [...this.#repairs.slice(-40), numbers];
    this.#repair(atMs);
  }

  #repair(atMs: number): void {
    for (const numbers of this.#repairs) {
      const [first, ...others] = numbers.filter((number) => !this.#arrivedMs.has(number));
      if (first === undefined || others.length > 0) continue;
      this.#arrivedMs.set(first, atMs);
      return this.#repair(atMs);
    }
  }

  /** On a line that only reorders nothing is sent again: it would not be lost. */
  #ask(number: number, atMs: number): void {
    if (this.#arrivedMs.has(number) || this.#line.enter === 0) return;
    const roundTripMs = 2 * this.#line.oneWayMs + 2;
    this.#pass(atMs + roundTripMs - this.#line.oneWayMs, (ms) => this.#onPacket(number, ms));
    const againMs = atMs + Math.max(ASK_INTERVAL_MS, roundTripMs + ASK_INTERVAL_MS / 2);
    this.#events.push({ atMs: againMs, run: (ms) => this.#ask(number, ms) });
  }
}

/** When each frame can be decoded. */
function decodedMs(wholeMs: readonly number[]): number[] {
  const decoded: number[] = [];
  for (const [i, ms] of wholeMs.entries()) {
    const place = i % PATTERN.length;
    const base = place === 0 ? i - PATTERN.length : i - place;
    decoded.push(Math.max(ms, decoded[base] ?? 0, place === 3 ? (decoded[i - 1] ?? 0) : 0));
  }
  return decoded;
}

/** The newest frame at each rendering step; one that comes after a later one is not shown. */
function shown(decoded: readonly number[]): number[] {
  const order = decoded
    .map((ms, frame) => ({ ms, frame }))
    .toSorted((a, b) => a.ms - b.ms || a.frame - b.frame);
  const steps = new Set<number>();
  let newest = -1;
  for (const { ms, frame } of order) {
    if (frame < newest || ms === Infinity) continue;
    newest = frame;
    steps.add(Math.ceil((ms + DECODE_MS) / VSYNC_MS));
  }
  return Array.from(steps, (step) => step * VSYNC_MS);
}

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '300' } } });
const single = (name: string, loss: number, oneWayMs: number): Line => ({
  name,
  oneWayMs,
  jitterMs: 0,
  enter: loss,
  leave: 1 - loss,
});
const PLAIN: Sending = { share: 0, hasEnds: false, minPackets: 1 };
const RUNS: readonly [Line, Partial<Sending>][] = [
  ...[0.05, 0.1].flatMap((loss): [Line, Partial<Sending>][] => [
    [single(`${100 * loss} % loss`, loss, 1), {}],
    [single(`${100 * loss} % loss`, loss, 1), { hasEnds: true }],
  ]),
  ...[50, 100, 200].flatMap((ms): [Line, Partial<Sending>][] =>
    [0, 0.4, 0.6].map((share) => [single(`5 % loss, ${ms} ms each way`, 0.05, ms), { share, hasEnds: true }]),
  ),
  ...[0.4, 0.6].map((share): [Line, Partial<Sending>] => [
    single('10 % loss, 100 ms each way', 0.1, 100),
    { share, hasEnds: true },
  ]),
  ...[0.4, 0.6].map((share): [Line, Partial<Sending>] => [
    { name: 'bursts of losses, 100 ms', oneWayMs: 100, jitterMs: 0, enter: 0.02, leave: 0.3 },
    { share, hasEnds: true },
  ]),
  ...[1, 4, 5].map((minPackets): [Line, Partial<Sending>] => [
    { name: 'jitter of 30 ms, reordered', oneWayMs: 50, jitterMs: 30, enter: 0, leave: 1 },
    { minPackets },
  ]),
];
process.stdout.write(`${'line'.padEnd(30)}repairs  ends  packets   shown   gaps     late  of base\n`);
for (const [line, changes] of RUNS) {
  const sending = { ...PLAIN, ...changes };
  const set = `${(100 * sending.share).toFixed(0)} %`.padStart(7) + (sending.hasEnds ? '   yes' : '    no');
  const figures = new Simulation(line, sending).run(Number(values.seconds));
  process.stdout.write(`${line.name.padEnd(30)}${set}${`≥ ${sending.minPackets}`.padStart(9)}  ${figures}\n`);
}
