/** The element that plays a live picture: without sound, by itself, and in its place also on phones. */

export function liveVideo(): HTMLVideoElement {
  const video = document.createElement('video');
  video.muted = true;
  video.autoplay = true;
  video.playsInline = true;
  // Name and status stand beside it in words.
  video.setAttribute('aria-hidden', 'true');
  video.setAttribute('part', 'video');
  video.setAttribute('data-testid', 'camera-video');
  return video;
}
