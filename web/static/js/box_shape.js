// Boxes as [left, top, right, bottom] in px of the upright photo, kept within its width and height.

/** From the upper left one on, clockwise. */
export function corners([left, top, right, bottom]) {
  return [[left, top], [right, top], [right, bottom], [left, bottom]];
}

/** The box between two corners, within the photo. */
export function spanned([ax, ay], [bx, by], { width, height }) {
  const within = (value, most) => Math.min(most, Math.max(0, value));
  return [within(Math.min(ax, bx), width), within(Math.min(ay, by), height), within(Math.max(ax, bx), width), within(Math.max(ay, by), height)];
}

/** The box elsewhere, within the photo. */
export function moved([left, top, right, bottom], dx, dy, { width, height }) {
  const x = Math.min(width - right, Math.max(-left, dx));
  const y = Math.min(height - bottom, Math.max(-top, dy));
  return [left + x, top + y, right + x, bottom + y];
}
