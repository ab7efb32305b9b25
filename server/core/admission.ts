/**
 * Decides whether one more stream (one camera to one viewer) is let in, by the measured load of the path that sends video.
 *
 * Past its capacity such a server fails for everybody: the one thread that sends has no time left, and each viewer gets a
 * third of the frames. So nobody is let in who would take it there, and nobody who is in is sent away: when load rises by
 * itself (a busy machine), new viewers wait, and those who watch share what there is.
 *
 * Load is one number, 1 being full: the worst of what is measured against its limit, smoothed over SMOOTHING_US so that a
 * garbage collection, a start or a machine that wakes refuses nobody. A stream that was let in is not measured at once; until
 * then its expected cost stands in for it, so that a hundred that come together are not all let in on one measurement.
 *
 * Invariants: the first ALWAYS_ADMITTED streams are let in whatever the load; one sample moves the load by no more than
 * MAX_STEP; from full on nobody is let in until load and expected load are below REOPEN_AT. Time is an argument.
 */

/** The path, measured since the sample before. */
export interface LoadSample {
  /** Share of the time in which the event loop was busy, 0 … 1. */
  utilization: number;
  /** The part of it that frames took on their way to viewers. */
  sendingShare: number;
  /** How late a timer came, µs: what a loop has to wait for that is ready to run. */
  delayUs: number;
  /** From a frame's encoding to its last packet to its last viewer, in the mean, µs; 0 when none was sent. */
  lateUs: number;
  /** Share of the datagrams that the network did not take, 0 … 1. */
  droppedShare: number;
}

export type AdmissionState = 'open' | 'full';

/** Each at its limit means full. Frames that take 40 ms to go out leave 20 of them a second, with the encoder's 5 ms. */
const LIMITS = { utilization: 0.8, delayUs: 40_000, lateUs: 40_000, droppedShare: 0.02 };
const FULL_AT = 1;
const REOPEN_AT = 0.95;
export const ALWAYS_ADMITTED = 8;
const SMOOTHING_US = 2_000_000;
/** How far past full one sample counts, and for how much time at most. */
const MAX_PRESSURE = 1.5;
const MAX_SAMPLE_US = 500_000;
/** Between the admission of a stream and its full weight in the measured load. */
const SETTLING_US = 3_000_000;
/** The cost of one stream as long as there are too few to measure it. */
const ASSUMED_COST = 0.025;
/** Streams of cameras that are offline cost nothing yet. */
const MIN_COST = 0.002;
/** A few milliseconds, once. */
const HANDSHAKE_COST = 0.004;
/** The system sends, and the loop turns, for each packet after the time that is measured. */
const COST_BEYOND_SENDING = 1.5;

export class Admission {
  #load = 0;
  /** The part of the load that the streams make together. */
  #ofStreams = 0;
  #expected = 0;
  #sampledUs: number | undefined;
  #state: AdmissionState = 'open';
  #streams = 0;

  /** 1 is full. */
  get load(): number {
    return this.#load;
  }

  get state(): AdmissionState {
    return this.#state;
  }

  /** Let in and not gone. */
  get streams(): number {
    return this.#streams;
  }

  /** To be called a few times a second. */
  sample(sample: LoadSample, nowUs: number): void {
    const elapsedUs = Math.max(0, nowUs - (this.#sampledUs ?? nowUs));
    this.#sampledUs = nowUs;
    const weight = 1 - Math.exp(-Math.min(elapsedUs, MAX_SAMPLE_US) / SMOOTHING_US);
    this.#load += weight * (pressureOf(sample) - this.#load);
    const ofStreams = (COST_BEYOND_SENDING * sample.sendingShare) / LIMITS.utilization;
    this.#ofStreams += weight * (ofStreams - this.#ofStreams);
    this.#expected *= Math.exp(-elapsedUs / SETTLING_US);
    this.#update();
  }

  /** Whether one more may come in. */
  get hasRoom(): boolean {
    return this.#streams < ALWAYS_ADMITTED || this.#state === 'open';
  }

  /** A stream begins: let in because there is room, or because its viewer watches already. */
  enter(): void {
    this.#expected += this.#costOfOne();
    this.#streams++;
    this.#update();
  }

  leave(): void {
    this.#streams--;
  }

  /** A viewer's handshake is about to be computed. */
  expectHandshake(): void {
    this.#expected += HANDSHAKE_COST;
    this.#update();
  }

  #costOfOne(): number {
    if (this.#streams < ALWAYS_ADMITTED) return ASSUMED_COST;
    return Math.max(MIN_COST, (this.#ofStreams + this.#expected) / this.#streams);
  }

  #update(): void {
    const load = this.#load + this.#expected;
    if (load >= FULL_AT) this.#state = 'full';
    else if (load < REOPEN_AT) this.#state = 'open';
  }
}

function pressureOf(sample: LoadSample): number {
  const worst = Math.max(
    sample.utilization / LIMITS.utilization,
    sample.delayUs / LIMITS.delayUs,
    sample.lateUs / LIMITS.lateUs,
    sample.droppedShare / LIMITS.droppedShare,
  );
  return Math.min(MAX_PRESSURE, worst);
}
