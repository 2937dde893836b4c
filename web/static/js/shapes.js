// Where a mark is, in px of the upright photo: { box: [left, top, right, bottom], outline: [[x, y], …] or null }, the
// box being the smallest around the outline.

const LEAST = 4;

/** A mark that is a box. */
export function boxed(box) {
  return { box, outline: null };
}

/** A mark that is a polygon. */
export function outlined(outline) {
  const [xs, ys] = [outline.map(([x]) => x), outline.map(([, y]) => y)];
  return { box: [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)], outline };
}

/** Of the outline in its order, or of the box: from the upper left one on, clockwise. */
export function corners({ box: [left, top, right, bottom], outline }) {
  return outline ?? [[left, top], [right, top], [right, bottom], [left, bottom]];
}

/** A point that is within the photo. */
export function within([x, y], { width, height }) {
  return [Math.min(width, Math.max(0, x)), Math.min(height, Math.max(0, y))];
}

/** The box between two points, within the photo. */
export function spanned(from, to, size) {
  const [[ax, ay], [bx, by]] = [within(from, size), within(to, size)];
  return [Math.min(ax, bx), Math.min(ay, by), Math.max(ax, bx), Math.max(ay, by)];
}

/** The mark elsewhere, within the photo. */
export function moved({ box: [left, top, right, bottom], outline }, dx, dy, { width, height }) {
  const x = Math.min(width - right, Math.max(-left, dx));
  const y = Math.min(height - bottom, Math.max(-top, dy));
  return { box: [left + x, top + y, right + x, bottom + y], outline: outline?.map(([px, py]) => [px + x, py + y]) ?? null };
}

/** The mark with its lower right corner moved, within the photo. */
export function resized({ box, outline }, dx, dy, size) {
  const [left, top] = box;
  const after = spanned([left, top], [Math.max(left + LEAST, box[2] + dx), Math.max(top + LEAST, box[3] + dy)], size);
  const [wider, higher] = [(after[2] - left) / (box[2] - left), (after[3] - top) / (box[3] - top)];
  return { box: after, outline: outline?.map(([x, y]) => [left + (x - left) * wider, top + (y - top) * higher]) ?? null };
}

/** The mark with one corner elsewhere: of a box the opposite one stays, of an outline all others. */
export function bent(mark, index, to, size) {
  if (!mark.outline) return boxed(spanned(corners(mark)[(index + 2) % 4], to, size));
  return outlined(mark.outline.map((corner, at) => (at === index ? within(to, size) : corner)));
}

export function holds({ box: [left, top, right, bottom] }, [x, y]) {
  return x > left && x < right && y > top && y < bottom;
}

/** Whether it is large enough to be seen. */
export function spans({ box: [left, top, right, bottom] }) {
  return right - left >= LEAST && bottom - top >= LEAST;
}

/** To a tenth of a pixel, as it is sent. */
export function rounded({ box, outline }) {
  const tenth = (value) => Math.round(value * 10) / 10;
  return outline ? outlined(outline.map((corner) => corner.map(tenth))) : boxed(box.map(tenth));
}
