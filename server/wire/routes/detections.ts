/** Routes of detections: reports of analysers, and their labels. */

import { z } from 'zod';
import type { ApiRouteTable } from '../api-route.ts';
import { DETECTION_RECEIPT, DETECTION_REPORT } from '../detection.ts';
import { ONE_CAMERA } from './cameras.ts';

export const DETECTION_ROUTES = {
  'POST /api/cameras/:cameraId/detections': {
    summary: 'Report the objects in one picture of a camera',
    params: ONE_CAMERA,
    body: DETECTION_REPORT,
    response: DETECTION_RECEIPT,
  },
  'GET /api/detection-labels': {
    summary: 'List the labels of the detections that the caller may see, in alphabetical order',
    response: z.array(z.string()),
  },
} as const satisfies ApiRouteTable;
