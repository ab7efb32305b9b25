/** What the other features learn of a camera whose picture settings the server has lowered for its uplink. */

import type { UplinkSettings } from './uplink-levels.ts';

export interface UplinkLowering {
  wanted: UplinkSettings;
  set: UplinkSettings;
  /** Server time, µs. */
  sinceUs: number;
  /** Of the line, as it was measured when it was last lowered; undefined where it was too fast to be measured. */
  carriesBps: number | undefined;
}
