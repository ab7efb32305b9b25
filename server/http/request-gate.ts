/**
 * Admission of each request before express: one unanswered request per connection, a rate per network, a total of
 * unanswered requests. HttpServer puts it in front of every server on its port.
 *
 * Invariants: only clients above a limit are refused. A refusal costs a few headers; for a rate it is delayed, and its
 * connection can send nothing meanwhile, so a flooding network costs one refusal per connection and second. Health is
 * answered here, possibly late but never refused: it costs as much as a refusal, and a refused probe would cause a
 * restart of a healthy server.
 */

import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import { networkOf } from '../core/address/network.ts';
import { serverClock, type Clock } from '../core/clock.ts';
import { VigieError } from '../errors.ts';
import { FairPlaces, type Replaceable } from '../net/fair-places.ts';
import { RequestRates, type RequestRatesOptions } from '../net/request-rates.ts';
import { RequestTurns } from '../net/request-turns.ts';
import { stripBasePath } from './base-path.ts';
import { bareAnswer, healthAnswer, refusal, sendBare, sendInstead, type BareAnswer } from './bare-answer.ts';
import { limitBody, type BodyLimits } from './body-timeout.ts';
import type { ConnectionOf } from './client-connection.ts';
import type { HealthProblem } from '../wire/health.ts';

export interface RequestLimits extends RequestRatesOptions {
  /** Unanswered requests in total. */
  unanswered: number;
  /** Delay of the answer to a request above the rate. */
  holdMs: number;
}

export interface RequestGateOptions {
  connectionOf: ConnectionOf;
  /**
   * Called for each admitted request; `use` tells whether it may be dropped. @returns a function to call when it is
   * answered
   */
  onRequest?: (request: IncomingMessage, use: () => Replaceable) => () => void;
  limits?: Partial<RequestLimits>;
  /** Undefined: bodies may take any time. */
  body?: BodyLimits;
  clock?: Clock;
  /** See base-path.ts. */
  basePath?: string;
}

export interface RequestCounters {
  unanswered: number;
  refused: {
    /** Connections ended for a second request before the first was answered. */
    pipelined: number;
    /** Requests above their network's rate; health requests among them were answered late. */
    tooFast: number;
    /** Requests above the total of unanswered ones; `displaced` were already waiting. */
    tooMany: number;
    displaced: number;
    malformed: number;
    /** Requests whose body did not arrive in time. */
    tooSlow: number;
  };
}

/** A page makes about forty requests, and a household has several people behind one address. */
const LIMITS: RequestLimits = { perSecond: 100, burst: 400, unanswered: 1000, holdMs: 1000 };
const MAX_RESPONSE_LISTENERS = 30;
const HEALTH = /^\/api\/health(?:\?|$)/;
const TOO_FAST = refusal(
  new VigieError('tooManyRequests', 'there are too many requests from this network; try again in a moment', {
    retryAfterSeconds: 1,
  }),
);
const TOO_MANY = refusal(
  new VigieError('unavailable', 'the server has too many requests to answer; try again in a moment', {
    retryAfterSeconds: 2,
  }),
);
const TOO_SLOW = refusal(
  new VigieError(
    'tooSlow',
    'the body of the request arrived too slowly: check the network and send it again',
  ),
);
const NO_HOST = refusal(new VigieError('badRequest', 'a request must have exactly one Host header'));
const UNKNOWN_EXPECTATION = bareAnswer(417, 'text/plain', '');

export class RequestGate {
  readonly #options: RequestGateOptions;
  readonly #clock: Clock;
  readonly #turns = new RequestTurns();
  readonly #rates: RequestRates;
  /** Separate, so that other requests of the same network do not delay a probe. */
  readonly #healthRates: RequestRates;
  readonly #holdMs: number;
  readonly #unanswered: FairPlaces;
  readonly #refused = { tooFast: 0, malformed: 0, tooSlow: 0 };
  #health = healthAnswer([]);

  constructor(options: RequestGateOptions) {
    this.#options = options;
    this.#clock = options.clock ?? serverClock;
    const { unanswered, holdMs, ...rates } = { ...LIMITS, ...options.limits };
    this.#rates = new RequestRates(rates);
    this.#healthRates = new RequestRates(rates);
    this.#holdMs = holdMs;
    this.#unanswered = new FairPlaces({ total: unanswered });
  }

  get counters(): RequestCounters {
    const { refused: tooMany, displaced } = this.#unanswered.counters;
    return {
      unanswered: this.#unanswered.taken,
      refused: { pipelined: this.#turns.refused, ...this.#refused, tooMany, displaced },
    };
  }

  /** The answer of health from now on. Its status stays 200: a restart mends none of these problems. */
  setHealth(problems: readonly HealthProblem[]): void {
    this.#health = healthAnswer(problems);
  }

  /** @param server made with `requireHostHeader: false`: checked here instead, since Node would answer on its own */
  guard(server: Server | HttpsServer, app: RequestListener): void {
    this.#turns.guard(server);
    server.on('request', (request, response) => this.#enter(request, response, app));
    server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
      response.shouldKeepAlive = false;
      this.#enter(request, response, (...admitted) => {
        response.writeContinue();
        app(...admitted);
      });
    });
    server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
      response.shouldKeepAlive = false;
      this.#enter(request, response, () => sendBare(response, UNKNOWN_EXPECTATION));
    });
  }

  #enter(request: IncomingMessage, response: ServerResponse, app: RequestListener): void {
    if (!this.#turns.begin(request, response)) return;
    if (this.#options.body)
      limitBody(request, this.#options.body, () => {
        this.#refused.tooSlow++;
        sendInstead(request, response, TOO_SLOW);
      });
    stripBasePath(request, this.#options.basePath ?? '');
    let leave: (() => void) | undefined;
    let answered: (() => void) | undefined;
    // Guard, shares, audit and sender wait for its end, a few listeners each: more than Node's limit for leak warnings.
    response.setMaxListeners(MAX_RESPONSE_LISTENERS);
    response.once('close', () => {
      this.#turns.end(request, response);
      leave?.();
      answered?.();
    });
    if (!namesHost(request)) {
      this.#refused.malformed++;
      response.shouldKeepAlive = false;
      return sendBare(response, NO_HOST);
    }
    const network = networkOf(this.#options.connectionOf(request).address);
    const isHealth = HEALTH.test(request.url ?? '') && isRead(request);
    if (!(isHealth ? this.#healthRates : this.#rates).admit(network, this.#clock())) {
      this.#refused.tooFast++;
      return this.#sendLate(response, isHealth ? this.#health : TOO_FAST);
    }
    if (isHealth) return sendBare(response, this.#health);
    leave = this.#unanswered.enter(network, {
      replaceable: () => replaceabilityOf(request, response),
      onReplaced: () => sendInstead(request, response, TOO_MANY),
    });
    if (!leave) return sendBare(response, TOO_MANY);
    answered = this.#options.onRequest?.(request, () => replaceabilityOf(request, response));
    app(request, response);
  }

  /** The timer ends with the response, which ends with its connection. */
  #sendLate(response: ServerResponse, answer: BareAnswer): void {
    const timer = setTimeout(() => sendBare(response, answer), this.#holdMs);
    response.once('close', () => clearTimeout(timer));
  }
}

/** A client that sends its body slowly, or does not read its complete answer, costs the server only the place. */
function replaceabilityOf(request: IncomingMessage, response: ServerResponse): Replaceable {
  if (response.writableEnded) return 'yes';
  if (response.headersSent) return 'no';
  return request.complete ? 'toFewer' : 'yes';
}

/** RFC 9112 section 3.2: HTTP/1.1 requires it, HTTP/1.0 did not have it. */
function namesHost({ httpVersionMinor, rawHeaders }: IncomingMessage): boolean {
  const names = rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === 'host').length;
  return names === 1 || (names === 0 && httpVersionMinor === 0);
}

function isRead({ method }: IncomingMessage): boolean {
  return method === 'GET' || method === 'HEAD';
}
