/** The overlays of a camera's picture: its name and status, how old the picture is, and whether it is the fallback. */

import { html, nothing, type TemplateResult } from 'lit';
import { requestLine } from '../http/request-line.ts';
import type { CameraPicture } from './camera-picture.ts';
import type { ShownStatus } from './camera-status.ts';
import type { LimitWords } from './limit-sign.ts';
import type { LiveConnection } from './live-connection.ts';
import type { StatusText } from './status-text.ts';
import './vigie-detections.ts';

export function caption(name: string, status: ShownStatus, { text, more }: StatusText): TemplateResult {
  return html`<div class="caption" part="caption">
    <span class="name" part="name" data-testid="camera-name">${name}</span>
    <span class="status ${status}" part="status" data-testid="camera-status" data-status=${status}>
      <span class="dot" aria-hidden="true"></span
      ><span>${text}${more ? html`<span class="more">: ${more}</span>` : nothing}</span>
    </span>
  </div>`;
}

/** The last existing picture, until a live one arrives. */
export function snapshot(
  { server }: Pick<LiveConnection, 'server'>,
  cameraId: string,
  isLoaded: boolean,
  onLoad: () => void,
): TemplateResult {
  const target = { params: { cameraId }, query: { width: 640 } };
  const url = server + requestLine('GET /api/cameras/:cameraId/snapshot.jpg', target).path;
  return html`<img part="snapshot" alt="" src=${url} class=${isLoaded ? 'loaded' : ''} @load=${onLoad} />`;
}

/** The boxes that analysers report. */
export function boxes(
  cameraId: string,
  connection: Pick<LiveConnection, 'detections'> | null,
  picture: CameraPicture,
): TemplateResult | typeof nothing {
  if (!connection) return nothing;
  return html`<vigie-detections
    .cameraId=${cameraId}
    .directory=${connection.detections}
    .picture=${picture}
  ></vigie-detections>`;
}

/** For a page that is not the app's: nothing comes before the user has signed in there. */
export function signInNote({ server }: Pick<LiveConnection, 'server'>): TemplateResult {
  return html`<p class="sign-in" part="note" data-testid="camera-sign-in">
    <a href="${server}/" target="_blank">Sign in to Vigie</a> to see this camera.
  </p>`;
}

export function ageNote(age: string): TemplateResult {
  return html`<p class="age" part="age" data-testid="camera-age">${age}</p>`;
}

/** The end of the sentence is left out if there is no room for it. */
export function fallbackNote(): TemplateResult {
  return html`<p class="note" part="note" role="status" data-testid="camera-note">
    Slower fallback<span class="long">: single pictures over the web connection</span
    ><span class="longer"> until video connects</span>
  </p>`;
}

/**
 * The connection limits the picture. @param isFocused the camera is focused; for many pictures, a screen reader would repeat it
 * many times
 */
export function limitNote({ short, sentence }: LimitWords, isFocused: boolean): TemplateResult {
  return html`<p
    class="note limit"
    part="note"
    role=${isFocused ? 'status' : nothing}
    title=${sentence}
    data-testid="camera-limit"
  >
    <span class="brief">${short}</span><span class="whole">${sentence}</span>
  </p>`;
}
