/**
 * What each request passes before express: one unanswered request per connection, so many a second per network, so many
 * unanswered in all. HttpServer puts it in front of every server that answers on its port.
 *
 * Invariants: who sends too much is refused, and nobody else. A refusal costs no more than a few headers, and for a rate it
 * is held for a moment, in which its connection can send nothing: so a network that floods costs one refusal per
 * connection and second. Health is answered here, at worst late but never refused: it costs as much as a refusal, and a
 * refused probe would have a healthy server restarted.
 */

import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import { networkOf } from '../core/address/network.ts';
import { serverClock, type Clock } from '../core/clock.ts';
import { VigieError } from '../errors.ts';
import { FairPlaces, type Willingness } from '../net/fair-places.ts';
import { RequestRates, type RequestRatesOptions } from '../net/request-rates.ts';
import { RequestTurns } from '../net/request-turns.ts';
import type { ConnectionOf } from './client-connection.ts';
import { healthOf, type HealthProblem } from '../wire/health.ts';
import { problemOf } from './problem.ts';

export interface RequestLimits extends RequestRatesOptions {
  /** Unanswered requests in all. */
  unanswered: number;
  /** How long the answer to a request beyond the rate is held. */
  holdMs: number;
}

export interface RequestGateOptions {
  connectionOf: ConnectionOf;
  /** Told of each request that is let in, and whether it may give way. @returns what to call when it has been answered */
  onRequest?: (request: IncomingMessage, use: () => Willingness) => () => void;
  limits?: Partial<RequestLimits>;
  clock?: Clock;
}

interface BareAnswer {
  status: number;
  headers: Readonly<Record<string, string | number>>;
  body: string;
}

export interface RequestCounters {
  unanswered: number;
  refused: {
    /** Connections ended for a second request before the first was answered. */
    pipelined: number;
    /** Requests of a network beyond its rate; those for health were answered late. */
    tooFast: number;
    /** Requests beyond what may be unanswered in all; `displaced` had begun to wait. */
    tooMany: number;
    displaced: number;
    malformed: number;
  };
}

/** A page is some forty requests, and a house has several people behind one address. */
const LIMITS: RequestLimits = { perSecond: 100, burst: 400, unanswered: 1000, holdMs: 1000 };
const HEALTH = /^\/api\/health(?:\?|$)/;
/** As on every other answer: it is shown nowhere and kept nowhere. */
const HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none';frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
};
const TOO_FAST = refusal(
  new VigieError('tooManyRequests', 'this network sends more requests than the server answers; try again', {
    retryAfterSeconds: 1,
  }),
);
const TOO_MANY = refusal(
  new VigieError('unavailable', 'the server has more to answer than it can; try again in a moment', {
    retryAfterSeconds: 2,
  }),
);
const NO_HOST = refusal(new VigieError('badRequest', 'a request names its host once'));
const UNKNOWN_EXPECTATION = bareAnswer(417, 'text/plain', '');

export class RequestGate {
  readonly #options: RequestGateOptions;
  readonly #clock: Clock;
  readonly #turns = new RequestTurns();
  readonly #rates: RequestRates;
  /** Apart, so that a probe is not late because of what else its network sends. */
  readonly #healthRates: RequestRates;
  readonly #holdMs: number;
  readonly #unanswered: FairPlaces;
  readonly #refused = { tooFast: 0, malformed: 0 };
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

  /** What health is answered with from now on. It stays 200: a restart mends none of these. */
  setHealth(problems: readonly HealthProblem[]): void {
    this.#health = healthAnswer(problems);
  }

  /** @param server made with `requireHostHeader: false`: that is looked at here, or Node would answer on its own */
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
      this.#enter(request, response, () => send(response, UNKNOWN_EXPECTATION));
    });
  }

  #enter(request: IncomingMessage, response: ServerResponse, app: RequestListener): void {
    if (!this.#turns.begin(request, response)) return;
    let leave: (() => void) | undefined;
    let answered: (() => void) | undefined;
    response.once('close', () => {
      this.#turns.end(request, response);
      leave?.();
      answered?.();
    });
    if (!namesHost(request)) {
      this.#refused.malformed++;
      response.shouldKeepAlive = false;
      return send(response, NO_HOST);
    }
    const network = networkOf(this.#options.connectionOf(request).address);
    const isHealth = HEALTH.test(request.url ?? '') && isRead(request);
    if (!(isHealth ? this.#healthRates : this.#rates).admit(network, this.#clock())) {
      this.#refused.tooFast++;
      return this.#sendLate(response, isHealth ? this.#health : TOO_FAST);
    }
    if (isHealth) return send(response, this.#health);
    leave = this.#unanswered.enter(network, {
      mayGiveWay: () => willingnessOf(request, response),
      giveWay: () => {
        if (response.headersSent) {
          request.socket.destroy();
          return;
        }
        for (const name of response.getHeaderNames()) response.removeHeader(name);
        response.shouldKeepAlive = false;
        send(response, TOO_MANY);
      },
    });
    if (!leave) return send(response, TOO_MANY);
    answered = this.#options.onRequest?.(request, () => willingnessOf(request, response));
    app(request, response);
  }

  /** The timer ends with the response, and that with its connection. */
  #sendLate(response: ServerResponse, answer: BareAnswer): void {
    const timer = setTimeout(() => send(response, answer), this.#holdMs);
    response.once('close', () => clearTimeout(timer));
  }
}

/** Who sends its body slowly, or has its whole answer and does not read it, costs the server nothing but the place. */
function willingnessOf(request: IncomingMessage, response: ServerResponse): Willingness {
  if (response.writableEnded) return 'yes';
  if (response.headersSent) return 'no';
  return request.complete ? 'toFewer' : 'yes';
}

/** RFC 9112 section 3.2: HTTP/1.1 requires it, HTTP/1.0 did not know it. */
function namesHost({ httpVersionMinor, rawHeaders }: IncomingMessage): boolean {
  const names = rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === 'host').length;
  return names === 1 || (names === 0 && httpVersionMinor === 0);
}

function isRead({ method }: IncomingMessage): boolean {
  return method === 'GET' || method === 'HEAD';
}

function refusal(error: VigieError): BareAnswer {
  const answer = bareAnswer(error.status, 'application/problem+json', JSON.stringify(problemOf(error)));
  const { retryAfterSeconds } = error;
  if (retryAfterSeconds === undefined) return answer;
  return { ...answer, headers: { ...answer.headers, 'Retry-After': retryAfterSeconds } };
}

function healthAnswer(problems: readonly HealthProblem[]): BareAnswer {
  return bareAnswer(200, 'application/json; charset=utf-8', JSON.stringify(healthOf(problems)));
}

function bareAnswer(status: number, type: string, body: string): BareAnswer {
  const headers = { ...HEADERS, 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) };
  return { status, headers, body };
}

function send(response: ServerResponse, { status, headers, body }: BareAnswer): void {
  response.writeHead(status, headers).end(body);
}
