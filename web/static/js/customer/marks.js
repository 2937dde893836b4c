// Marks on photos and lines of the list belong together: to touch the one shows the other.

/** Wire the estimate of `main`, where it has one. */
export function begin(main) {
  const marks = [...main.querySelectorAll("[data-mark]")];
  const lines = [...main.querySelectorAll("[data-line]")];
  const point = (number) => {
    for (const mark of marks) mark.classList.toggle("strong", mark.dataset.mark === number);
    for (const line of lines) line.classList.toggle("strong", line.dataset.line === number);
  };
  for (const mark of marks) mark.addEventListener("click", () => open(main.querySelector(`#line-${mark.dataset.mark}`), "nearest"));
  for (const line of lines) {
    const { line: number } = line.dataset;
    const figure = marks.find((mark) => mark.dataset.mark === number)?.closest("figure");
    line.addEventListener("toggle", () => {
      if (line.open) point(number);
      else if (line.classList.contains("strong")) point("");
    });
    line.querySelector("summary").addEventListener("click", () => figure?.scrollIntoView({ block: "nearest", inline: "center" }));
  }
  for (const button of main.querySelectorAll("[data-open]")) button.addEventListener("click", () => reveal(main.querySelector(`#${button.dataset.open}`)));
}

function open(details, block) {
  details.open = true;
  details.scrollIntoView({ block });
}

function reveal(details) {
  open(details, "start");
  details.querySelector("textarea, button")?.focus({ preventScroll: true });
}
