/** A site's edges in plain words. Pure. */

import type { EdgeView, SiteEdgesView } from '../../server/wire/site-edges.ts';
import { shortDuration } from '../ui/relative-time.ts';

export function siteEdgesText({ state, site }: Pick<SiteEdgesView, 'state' | 'site'>): string {
  switch (state) {
    case 'off':
      return 'This site is shown at no edges.';
    case 'away':
      return 'NATS does not answer, so the edges show nothing of this site. At home everything works. It tries again by itself.';
    case 'starting':
      return 'Connecting to the edges…';
    case 'shown':
      return 'Servers elsewhere that show the cameras of this site.';
    case 'nameTaken':
      return `Another server is already shown at the edges as ${site}. Stop it, or give this one another VIGIE_SITE.`;
    default:
      return state satisfies never;
  }
}

/** @param software the release of the site */
export function edgeText(
  { status, software, heardAtMs, cameras, viewers }: EdgeView,
  siteSoftware: string,
  nowMs: number,
): string {
  const since =
    heardAtMs === null ? 'not since this server started' : `${shortDuration(nowMs - heardAtMs)} ago`;
  switch (status) {
    case 'connected': {
      const release = software === null || software === siteSoftware ? [] : [`Vigie ${software}`];
      return ['Connected', counted(viewers, 'viewer'), counted(cameras, 'camera'), ...release].join(' · ');
    }
    case 'silent':
      return `Not connected. Last heard: ${since}`;
    case 'otherVersion':
      return `Too old or too new for this server, which is Vigie ${siteSoftware}: update the older one of the two`;
    case 'dropped':
      return `Dropped: it gets nothing of this site. Last heard: ${since}`;
    default:
      return status satisfies never;
  }
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
