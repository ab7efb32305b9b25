/** A camera whose picture settings the server has lowered for its uplink, as other features see it. */

import type { UplinkSettings } from './uplink-levels.ts';

export interface UplinkLowering {
  wanted: UplinkSettings;
  set: UplinkSettings;
  /** Server time, µs. */
  sinceUs: number;
  /** Capacity of the line when the camera was last lowered; undefined if the line was too fast to measure. */
  carriesBps: number | undefined;
}
