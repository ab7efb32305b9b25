/**
 * WatchEvents: events of the cameras whose events the caller may see.
 *
 * Invariants: the right is looked up for each event; the call of a reader that is more than MAX_WAITING events behind is ended,
 * because events must not be missing unnoticed.
 */

import type { Access } from '../accounts/access.ts';
import { VigieError } from '../errors.ts';
import type { EventView } from '../wire/event.ts';
import { EVENT_KINDS, EVENT_SOURCES, type GrpcEvent, type GrpcMessages } from '../wire/grpc-messages.ts';
import type { CallAdmission, Admitted } from './call-admission.ts';
import type { CallLeases } from './call-lease.ts';
import type { OpenCalls } from './open-calls.ts';
import type { ServerStream } from './server-stream.ts';

export interface EventWatchesOptions {
  admission: CallAdmission;
  access: Access;
  leases: CallLeases;
  calls: OpenCalls;
}

type Request = GrpcMessages['WatchEventsRequest'];
type Response = GrpcMessages['WatchEventsResponse'];

export const MAX_WAITING = 256;

interface Watch {
  cameraIds: ReadonlySet<string>;
  admitted: Admitted;
  stream: ServerStream<Response>;
  waiting: EventView[];
}

export class EventWatches {
  readonly #options: EventWatchesOptions;
  readonly #watches = new Set<Watch>();

  constructor(options: EventWatchesOptions) {
    this.#options = options;
  }

  watch(stream: ServerStream<Response>, { cameraIds }: Request, admitted: Admitted): void {
    const { admission, access, leases, calls } = this.#options;
    const check = (): void => {
      const caller = admission.identify(admitted);
      for (const cameraId of cameraIds) access.assertMay(caller, 'events', cameraId);
    };
    check();
    calls.enter(admission.identify(admitted).userId, stream);
    stream.onEnd(leases.hold(admitted, check, (error) => stream.fail(error)));
    const watch = { cameraIds: new Set(cameraIds), admitted, stream, waiting: [] };
    this.#watches.add(watch);
    stream.onFree(() => sendNext(watch));
    stream.onEnd(() => {
      watch.waiting.length = 0;
      this.#watches.delete(watch);
    });
  }

  onEvent(event: EventView): void {
    for (const watch of this.#watches) if (this.#concerns(watch, event)) offer(watch, event);
  }

  #concerns({ cameraIds, admitted }: Watch, { cameraId }: EventView): boolean {
    if (cameraIds.size > 0 && !cameraIds.has(cameraId)) return false;
    const { admission, access } = this.#options;
    try {
      return access.may(admission.identify(admitted), 'events', cameraId);
    } catch {
      // The key has ended: its lease ends the call.
      return false;
    }
  }
}

function offer(watch: Watch, event: EventView): void {
  if (watch.waiting.length >= MAX_WAITING) {
    const detail = `more than ${MAX_WAITING} events wait to be read: call again, and read the missed events over the HTTP API`;
    watch.stream.fail(new VigieError('tooManyRequests', detail));
    return;
  }
  watch.waiting.push(event);
  sendNext(watch);
}

function sendNext({ stream, waiting }: Watch): void {
  const event = stream.isFree ? waiting.shift() : undefined;
  if (event) stream.send({ event: eventMessage(event) });
}

export function eventMessage(event: EventView): GrpcEvent {
  const { id, cameraId, sourceName, label, zones, score, thumbnail, startedAtMs, endedAtMs } = event;
  return {
    id,
    cameraId,
    kind: EVENT_KINDS.find((name) => name === `EVENT_KIND_${event.kind.toUpperCase()}`) ?? EVENT_KINDS[0],
    source:
      EVENT_SOURCES.find((name) => name === `EVENT_SOURCE_${event.source.toUpperCase()}`) ?? EVENT_SOURCES[0],
    sourceName,
    startTimeUs: Math.round(startedAtMs * 1000),
    ...(endedAtMs !== null && { endTimeUs: Math.round(endedAtMs * 1000) }),
    zones,
    ...(score !== null && { score }),
    thumbnail,
    label,
  };
}
