/** The picture of an event in a list; an icon of its kind while there is none. */

import { css, html, type TemplateResult } from 'lit';
import type { EventView } from '../../server/wire/event.ts';
import { mediaPath } from '../http/request-line.ts';

export const eventPictureStyles = css`
  .event-picture {
    display: grid;
    flex: none;
    aspect-ratio: 4 / 3;
    border-radius: 0.3rem;
    background: var(--wa-color-neutral-fill-quiet);
    color: var(--wa-color-text-quiet);
    object-fit: cover;
    place-items: center;
  }
`;

export function eventPicture(event: EventView): TemplateResult {
  const { kind, source, thumbnail } = event;
  if (thumbnail) return html`<img class="event-picture" src=${thumbnailPath(event)} alt="" loading="lazy" />`;
  const icon = kind === 'offline' ? 'power' : source === 'motion' ? 'eye' : 'sensor';
  return html`<span class="event-picture"><wa-icon name=${icon}></wa-icon></span>`;
}

function thumbnailPath({ cameraId, id: eventId, thumbnailVersion: version }: EventView): string {
  const params = { cameraId, eventId };
  return mediaPath('GET /api/cameras/:cameraId/events/:eventId/thumbnail.jpg', {
    params,
    query: { version },
  });
}
