/**
 * The NATS subjects that sites and edges use, and the permissions of each role (docs/edges.md has the table).
 *
 *     vigie.SITE.video.CAMERA.RUNG             site → every edge that subscribes    one frame, wire/edge-frame.ts
 *     vigie.SITE.demand.EDGE.CAMERA            edge → site, answered                wire/edge-messages.ts
 *     vigie.SITE.keyframe.EDGE.CAMERA.RUNG     edge → site                          empty
 *     vigie.SITE.open.EDGE                     edge → site, answered                a stream of bytes, wire/edge-messages.ts
 *     vigie.SITE.up.EDGE.STREAM                edge → site                          bytes, wire/tunnel-message.ts
 *     vigie.SITE.down.EDGE.STREAM              site → that edge                     bytes
 *     vigie.SITE.hello.EDGE                    edge → site, answered                wire/edge-messages.ts
 *     vigie.SITE.claim                         between servers of one name          wire/edge-messages.ts
 *     vigie-answers.EDGE.…                     the answers to that edge
 *
 * Invariant: the subject contains the name of the sender, and NATS permissions prevent sending under another name.
 */

import { RUNG_NAMES, type RungName } from '../video/rungs.ts';

const ROOT = 'vigie';
const ANSWERS = 'vigie-answers';
/** Names of sites and edges: one token of a subject, and easy to read aloud. */
const NODE_NAME = /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/;
/** Camera ids are made by the server; those of legacy cameras too. */
const CAMERA_TOKEN = /^[\w-]{1,64}$/;

export function isNodeName(text: string): boolean {
  return NODE_NAME.test(text);
}

/** Whether the camera's id can be part of a subject; every id that a server makes can. */
export function isCameraToken(text: string): boolean {
  return CAMERA_TOKEN.test(text);
}

export function videoSubject(site: string, cameraId: string, rung: RungName): string {
  return `${ROOT}.${site}.video.${cameraId}.${rung}`;
}

export function demandSubject(site: string, edge: string, cameraId: string): string {
  return `${ROOT}.${site}.demand.${edge}.${cameraId}`;
}

export function keyframeSubject(site: string, edge: string, cameraId: string, rung: RungName): string {
  return `${ROOT}.${site}.keyframe.${edge}.${cameraId}.${rung}`;
}

/** The subject on which an edge opens a stream of bytes. */
export function openSubject(site: string, edge: string): string {
  return `${ROOT}.${site}.open.${edge}`;
}

/** The subject of the bytes of a stream: `up` to the site, `down` to the edge. */
export function streamSubject(site: string, way: 'up' | 'down', edge: string, stream: string): string {
  return `${ROOT}.${site}.${way}.${edge}.${stream}`;
}

/** @returns the edge and its stream; undefined for another subject */
export function readStreamSubject(subject: string): { edge: string; stream: string } | undefined {
  const [root, , way, edge = '', stream = '', ...more] = subject.split('.');
  if (root !== ROOT || (way !== 'up' && way !== 'down') || more.length > 0) return undefined;
  return isNodeName(edge) && stream !== '' ? { edge, stream } : undefined;
}

/** @returns the edge that opens a stream, or says hello; undefined for another subject */
export function readEdgeOf(kind: 'open' | 'hello', subject: string): string | undefined {
  const [root, , named, edge = '', ...more] = subject.split('.');
  return root === ROOT && named === kind && more.length === 0 && isNodeName(edge) ? edge : undefined;
}

/** On which an edge says that it is there. */
export function helloSubject(site: string, edge: string): string {
  return `${ROOT}.${site}.hello.${edge}`;
}

/** On which servers that call themselves by the same name agree on one of them. */
export function claimSubject(site: string): string {
  return `${ROOT}.${site}.claim`;
}

/** Prefix of the subjects for answers to an edge. */
export function answerPrefix(edge: string): string {
  return `${ANSWERS}.${edge}`;
}

/** The subjects that a site listens to. */
export function siteSubjects(site: string): {
  demands: string;
  keyframes: string;
  opens: string;
  bytes: string;
  hellos: string;
} {
  return {
    demands: `${ROOT}.${site}.demand.*.*`,
    keyframes: `${ROOT}.${site}.keyframe.*.*.*`,
    opens: openSubject(site, '*'),
    bytes: streamSubject(site, 'up', '*', '*'),
    hellos: helloSubject(site, '*'),
  };
}

export interface FromEdge {
  edge: string;
  cameraId: string;
  /** The rung of a request for a keyframe. */
  rung: RungName | undefined;
}

/** @returns the edge, and what it asks for; undefined for a subject that no edge sends on */
export function readEdgeSubject(subject: string): FromEdge | undefined {
  const [root, , kind, edge = '', cameraId = '', rung, ...more] = subject.split('.');
  if (root !== ROOT || more.length > 0 || !isNodeName(edge) || !isCameraToken(cameraId)) return undefined;
  if (kind === 'demand') return rung === undefined ? { edge, cameraId, rung: undefined } : undefined;
  if (kind !== 'keyframe') return undefined;
  const known = RUNG_NAMES.find((name) => name === rung);
  return known && { edge, cameraId, rung: known };
}

/** The NATS permissions of a role, as a user's permissions in the configuration of nats-server, or in a token. */
export interface NatsPermissions {
  publish: string[];
  subscribe: string[];
  /** The role may answer each request that it gets, once, within 5 s. */
  answers: boolean;
}

export function sitePermissions(site: string): NatsPermissions {
  const { demands, keyframes, opens, bytes, hellos } = siteSubjects(site);
  const claim = claimSubject(site);
  return {
    publish: [`${ROOT}.${site}.video.*.*`, streamSubject(site, 'down', '*', '*'), claim],
    subscribe: [demands, keyframes, opens, bytes, hellos, claim],
    answers: true,
  };
}

/** @param sites the sites that it may show */
export function edgePermissions(edge: string, sites: readonly string[]): NatsPermissions {
  return {
    publish: sites.flatMap((site) => [
      demandSubject(site, edge, '*'),
      `${ROOT}.${site}.keyframe.${edge}.*.*`,
      openSubject(site, edge),
      streamSubject(site, 'up', edge, '*'),
      helloSubject(site, edge),
    ]),
    subscribe: [
      ...sites.flatMap((site) => [`${ROOT}.${site}.video.*.*`, streamSubject(site, 'down', edge, '*')]),
      `${answerPrefix(edge)}.>`,
    ],
    answers: false,
  };
}
