// What the page of a case is about now: its lines and photos, which of them is chosen. Others are told by events:
// "line" and "photo" when something was chosen, "renewed" when the estimate was fetched anew.

export const state = { data: null, line: null, photo: 0 };

/** The estimate that the page shows; null for who sees the case masked. */
export function read() {
  const block = document.getElementById("case-data");
  state.data = block ? JSON.parse(block.textContent) : null;
  if (state.data && !lineOf(state.line)) state.line = null;
  return state.data;
}

export function lineOf(number) {
  return state.data?.lines.find((line) => line.number === number);
}

/** Choose a line; its first photo is shown unless it is to be seen on the one that is shown. */
export function chooseLine(number, { show = true, focus = false } = {}) {
  state.line = number;
  const marks = lineOf(number)?.marks ?? [];
  if (show && marks.length && !marks.some((mark) => mark.photo === state.photo)) choosePhoto(marks[0].photo);
  tell("line", { focus });
}

export function choosePhoto(number) {
  if (!state.data?.photos[number]) return;
  state.photo = number;
  tell("photo");
}

export function tell(name, detail = {}) {
  document.dispatchEvent(new CustomEvent(name, { detail }));
}
