/**
 * Layout of the generated scene, in pixels of one picture size. Background and moving parts share it, so that the lamp
 * shines from the lantern and the boat floats on the sea.
 */

import { timeCodeLayout } from '../wire/time-code.ts';

export interface SceneLayout {
  width: number;
  height: number;
  horizonY: number;
  /** Top of the time code's strip; the picture's height without one. */
  stripY: number;
  sun: { x: number; y: number; radius: number };
  /** The tower's middle axis; half widths at its foot and under its gallery. */
  tower: { x: number; footY: number; topY: number; footHalf: number; topHalf: number };
  lamp: { x: number; y: number; radius: number };
  /** The headland's upper edge; the picture's height outside of it. */
  landY: (x: number) => number;
  /** The far mountains' upper edge. */
  ridgeY: (x: number) => number;
  /** Whether a pixel shows the land, the tower or the cottage. */
  isForeground: (x: number, y: number) => boolean;
}

export function sceneLayout(width: number, height: number, sunAt: number, hasTimeCode = true): SceneLayout {
  const horizonY = height * 0.6;
  const towerX = width * 0.78;
  const topY = height * 0.3;
  const footY = height * 0.7;
  const footHalf = height * 0.042;
  const topHalf = height * 0.028;
  const landY = (x: number): number => {
    const across = x / width;
    if (across < 0.5) return height;
    const rise = Math.min(1, (across - 0.5) / 0.2);
    const rolling = Math.sin(across * 31) * 0.008 + Math.sin(across * 73 + 1) * 0.004;
    return height * (1 - 0.33 * rise ** 0.6 + rolling * rise);
  };
  return {
    width,
    height,
    horizonY,
    stripY: (hasTimeCode ? timeCodeLayout(width, height)[0]?.y : undefined) ?? height,
    sun: { x: width * sunAt, y: horizonY - height * 0.035, radius: height * 0.062 },
    tower: { x: towerX, footY, topY, footHalf, topHalf },
    lamp: { x: towerX, y: topY - height * 0.035, radius: height * 0.018 },
    landY,
    ridgeY(x) {
      const across = x / width;
      const hills =
        Math.sin(across * 7.3 + 0.6) * 0.5 +
        Math.sin(across * 17.1 + 2) * 0.25 +
        Math.sin(across * 41) * 0.08;
      return horizonY - height * Math.max(0.004, 0.05 + 0.045 * hills);
    },
    isForeground(x, y) {
      if (y >= landY(x) - height * 0.008) return true;
      const aside = Math.abs(x - towerX);
      // The lantern room and its gallery, then the tower, which widens to its foot.
      if (y < topY + height * 0.01) return y > topY - height * 0.1 && aside < topHalf * 1.5;
      const down = (y - topY) / (footY - topY);
      if (aside <= topHalf + (footHalf - topHalf) * down + 1) return true;
      const intoCottage = x - towerX - height * 0.12;
      return y > footY - height * 0.105 && intoCottage > -2 && intoCottage < height * 0.13 + 2;
    },
  };
}
