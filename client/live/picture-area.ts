/** The area of an element that its picture covers, as `object-fit` places it. Pure. */

export interface Size {
  width: number;
  height: number;
}

/** CSS pixels from the left and top of the element; with `cover` the picture reaches beyond it. */
export interface PictureArea extends Size {
  left: number;
  top: number;
}

/** @param fit of CSS; `cover`, else `contain`. @returns undefined while either has no size */
export function pictureArea(element: Size, picture: Size, fit: string): PictureArea | undefined {
  if (Math.min(element.width, element.height, picture.width, picture.height) <= 0) return undefined;
  const [x, y] = [element.width / picture.width, element.height / picture.height];
  const scale = fit === 'cover' ? Math.max(x, y) : Math.min(x, y);
  const [width, height] = [picture.width * scale, picture.height * scale];
  return { left: (element.width - width) / 2, top: (element.height - height) / 2, width, height };
}
