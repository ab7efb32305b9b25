/**
 * Decides whether one more stream (one camera to one viewer) is admitted, from the measured load of the path that sends video.
 *
 * Above its capacity a server fails for all viewers: the sending thread has no time left, and each viewer gets a
 * third of the frames. So a stream that would exceed the capacity is refused, and no admitted stream is ended: when
 * load rises for another reason (a busy machine), new viewers wait and the current ones share the capacity.
 *
 * Load is one number, 1 is full: the worst measured value relative to its limit, smoothed over SMOOTHING_US so that a
 * garbage collection, a start or a waking machine refuses no one. The measured load includes a new stream only after a
 * while; until then its expected cost is added, so that a hundred simultaneous streams are not all admitted on one
 * measurement.
 *
 * Invariants: the first ALWAYS_ADMITTED streams are admitted at any load; one sample moves the load by at most
 * MAX_STEP; once full, no stream is admitted until load plus expected load is below REOPEN_AT. Time is an argument.
 */

/** Measurements since the previous sample. */
export interface LoadSample {
  /** Share of the time in which the event loop was busy, 0 … 1. */
  utilization: number;
  /** The part of it spent sending frames to viewers. */
  sendingShare: number;
  /** Lateness of a timer, µs: how long a ready loop waits to run. */
  delayUs: number;
  /** Mean time from a frame's encoding to its last packet to its last viewer, µs; 0 when none was sent. */
  lateUs: number;
  /** Share of the datagrams that the network did not accept, 0 … 1. */
  droppedShare: number;
}

export type AdmissionState = 'open' | 'full';

/** One value at its limit means full. Frames that take 40 ms to send allow 20 per second, with the encoder's 5 ms. */
const LIMITS = { utilization: 0.8, delayUs: 40_000, lateUs: 40_000, droppedShare: 0.02 };
const FULL_AT = 1;
const REOPEN_AT = 0.95;
export const ALWAYS_ADMITTED = 8;
const SMOOTHING_US = 2_000_000;
/** Limit of one sample above full, and of the time for which it counts. */
const MAX_PRESSURE = 1.5;
const MAX_SAMPLE_US = 500_000;
/** From the admission of a stream to its full weight in the measured load. */
const SETTLING_US = 3_000_000;
/** Cost of one stream while there are too few to measure it. */
const ASSUMED_COST = 0.025;
/** Streams of offline cameras cost nothing yet. */
const MIN_COST = 0.002;
/** A few milliseconds, once. */
const HANDSHAKE_COST = 0.004;
/** The system sends, and the loop turns, for each packet after the measured time. */
const COST_BEYOND_SENDING = 1.5;

export class Admission {
  #load = 0;
  /** The part of the load that all streams cause together. */
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

  /** Admitted streams that have not ended. */
  get streams(): number {
    return this.#streams;
  }

  /** Call it a few times a second. */
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

  /** Whether one more stream can be admitted. */
  get hasRoom(): boolean {
    return this.#streams < ALWAYS_ADMITTED || this.#state === 'open';
  }

  /** A stream begins: admitted because there is room, or because its viewer is watching already. */
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
