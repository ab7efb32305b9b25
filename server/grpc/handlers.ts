/**
 * The one list of the service's methods: how each is called. A new method is a line here, with its message in the .proto and its
 * schemas in wire/grpc-messages.ts.
 *
 * Invariant: an error of a method becomes a status, and ends only its call.
 */

import type {
  Metadata,
  sendUnaryData,
  ServerDuplexStream,
  ServerUnaryCall,
  ServerWritableStream,
  UntypedServiceImplementation,
} from '@grpc/grpc-js';
import type { z } from 'zod';
import type { Log } from '../log.ts';
import { GRPC_MESSAGES, type GrpcMessages } from '../wire/grpc-messages.ts';
import type { CallAdmission, Admitted } from './call-admission.ts';
import { statusOf } from './grpc-status.ts';
import { listCameras, type ListCamerasParts } from './list-cameras.ts';
import { parseRequest } from './parse-request.ts';
import { publishFrames, type PublishFramesParts } from './publish-frames.ts';
import { reportDetections, type ReportDetectionsParts } from './report-detections.ts';
import { ServerStream, type StreamCall } from './server-stream.ts';
import type { EncodedWatches } from './watch-encoded.ts';
import type { EventWatches } from './watch-events.ts';
import { watchFrames, type WatchFramesParts } from './watch-frames.ts';

export interface HandlerParts
  extends ListCamerasParts, WatchFramesParts, PublishFramesParts, ReportDetectionsParts {
  admission: CallAdmission;
  encoded: EncodedWatches;
  events: EventWatches;
  log: Log;
}

export function handlers(parts: HandlerParts): UntypedServiceImplementation {
  const { admission, encoded, events, log } = parts;

  /** One answer; at once, or later. */
  const unary =
    <Request, Response>(
      schema: z.ZodType<Request>,
      answer: (request: Request, admitted: Admitted) => Response | Promise<Response>,
    ) =>
    (call: ServerUnaryCall<unknown, Response>, callback: sendUnaryData<Response>): void => {
      const respond = async (): Promise<void> => {
        let response: Response;
        try {
          response = await answer(parseRequest(schema, call.request), admission.of(call.metadata));
        } catch (error) {
          callback(statusOf(error, log));
          return;
        }
        callback(null, response);
      };
      void respond();
    };

  /** One request, many answers. */
  const streamed =
    <Request, Response>(
      schema: z.ZodType<Request>,
      begin: (stream: ServerStream<Response>, request: Request, admitted: Admitted) => void,
    ) =>
    (call: ServerWritableStream<unknown, Response>): void =>
      open<Response>(call, (stream, admitted) => begin(stream, parseRequest(schema, call.request), admitted));

  function open<Response>(
    call: StreamCall<Response> & { metadata: Metadata },
    begin: (stream: ServerStream<Response>, admitted: Admitted) => void,
  ): void {
    const stream = new ServerStream<Response>(call, log);
    try {
      begin(stream, admission.of(call.metadata));
    } catch (error) {
      stream.fail(error);
    }
  }

  return {
    ListCameras: unary(GRPC_MESSAGES.ListCamerasRequest, (_request, admitted) =>
      listCameras(parts, admission.identify(admitted)),
    ),
    WatchFrames: streamed<GrpcMessages['WatchFramesRequest'], GrpcMessages['WatchFramesResponse']>(
      GRPC_MESSAGES.WatchFramesRequest,
      (...call) => watchFrames(parts, ...call),
    ),
    WatchEncoded: streamed<GrpcMessages['WatchEncodedRequest'], GrpcMessages['WatchEncodedResponse']>(
      GRPC_MESSAGES.WatchEncodedRequest,
      (...call) => encoded.watch(...call),
    ),
    PublishFrames: (call: ServerDuplexStream<unknown, GrpcMessages['PublishFramesResponse']>) =>
      open<GrpcMessages['PublishFramesResponse']>(call, (stream, admitted) =>
        publishFrames(parts, stream, call, admitted),
      ),
    ReportDetections: (call: ServerDuplexStream<unknown, GrpcMessages['ReportDetectionsResponse']>) =>
      open<GrpcMessages['ReportDetectionsResponse']>(call, (stream, admitted) =>
        reportDetections(parts, stream, call, admitted),
      ),
    WatchEvents: streamed<GrpcMessages['WatchEventsRequest'], GrpcMessages['WatchEventsResponse']>(
      GRPC_MESSAGES.WatchEventsRequest,
      (...call) => events.watch(...call),
    ),
  };
}
