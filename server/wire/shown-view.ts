/** A page's report of its views, so that no viewer is sent more than is shown or wanted. */

/** How large a page shows a camera: device pixels, the part that it may have of the screen. */
export interface ShownView {
  /** 1 … MAX_SHOWN_PIXELS. */
  width: number;
  height: number;
  /** The one that the page is about, or that the viewer chose: it is served first. */
  focused?: boolean | undefined;
}

export const MAX_SHOWN_PIXELS = 16_384;

/** The most that a viewer wants of each camera: everything, about half of the data, or about a fifth. */
export const PICTURE_QUALITIES = ['full', 'half', 'minimum'] as const;
export type PictureQuality = (typeof PICTURE_QUALITIES)[number];
