/**
 * ReportDetections: an analyser reports objects in the pictures of cameras (core/detection/).
 *
 * Invariants: the right is checked for each report; a refused report does not end the call, unless the key has ended; a client
 * that does not read its answers costs the memory of one.
 */

import type { ServerDuplexStream } from '@grpc/grpc-js';
import type { Access } from '../accounts/access.ts';
import { VigieError } from '../errors.ts';
import type { DetectionReceipt, DetectionReport } from '../wire/detection.ts';
import { GRPC_MESSAGES, type GrpcMessages } from '../wire/grpc-messages.ts';
import type { Admitted, CallAdmission } from './call-admission.ts';
import type { CallLeases } from './call-lease.ts';
import type { OpenCalls } from './open-calls.ts';
import { parseRequest } from './parse-request.ts';
import type { ServerStream } from './server-stream.ts';

/** Takes reports of detections. */
export interface DetectionReports {
  /** @throws VigieError */
  report(cameraId: string, report: DetectionReport, analyser: { id: string; name: string }): DetectionReceipt;
}

export interface ReportDetectionsParts {
  admission: CallAdmission;
  access: Access;
  leases: CallLeases;
  calls: OpenCalls;
  detections: DetectionReports;
}

type Response = GrpcMessages['ReportDetectionsResponse'];

export function reportDetections(
  { admission, access, leases, calls, detections }: ReportDetectionsParts,
  stream: ServerStream<Response>,
  call: ServerDuplexStream<unknown, Response>,
  admitted: Admitted,
): void {
  calls.enter(admission.identify(admitted).userId, stream);
  const stillThere = (): void => void admission.identify(admitted);
  stream.onEnd(leases.hold(admitted, stillThere, (error) => stream.fail(error)));
  const counted = { received: 0, refused: 0, refusal: '' };
  let answered = 0;
  const answer = (): void => {
    if (!stream.isFree || counted.received === answered) return;
    answered = counted.received;
    stream.send({ ...counted });
  };
  stream.onFree(answer);
  const take = (message: unknown): void => {
    const { cameraId, captureTimeUs, boxes } = parseRequest(GRPC_MESSAGES.ReportDetectionsRequest, message);
    const { sessionId: id, keyName: name = '', ...caller } = admission.identify(admitted);
    access.assertMayAsProgram(caller, 'analyse', cameraId);
    detections.report(cameraId, { capturedAtMs: captureTimeUs / 1000, boxes }, { id, name });
  };
  call.on('data', (message: unknown) => {
    if (stream.isEnded) return;
    counted.received++;
    try {
      take(message);
    } catch (error) {
      if (!(error instanceof VigieError) || error.code === 'unauthorized') {
        stream.fail(error);
        return;
      }
      counted.refused++;
      counted.refusal = error.message;
    }
    answer();
  });
  call.on('end', () => stream.finish());
}
