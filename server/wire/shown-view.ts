/** A page's report of its views, so that no viewer is sent more than is shown or wanted. */

/** How large a page shows a camera, in device pixels: its part of the screen. */
export interface ShownView {
  /** 1 … MAX_SHOWN_PIXELS. */
  width: number;
  height: number;
  /** The main camera of the page, or the one that the viewer chose: it is served first. */
  focused?: boolean | undefined;
}

export const MAX_SHOWN_PIXELS = 16_384;

/** Upper limit of the data of each camera, chosen by the viewer: everything, about half, or about a fifth. */
export const PICTURE_QUALITIES = ['full', 'half', 'minimum'] as const;
export type PictureQuality = (typeof PICTURE_QUALITIES)[number];
