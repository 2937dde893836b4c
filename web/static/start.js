// Comfort only: the form works without this file.
const form = document.getElementById("estimate");
const photos = document.getElementById("photos");
const chosen = document.getElementById("chosen");
const region = document.getElementById("region");
const working = document.getElementById("working");
const button = form.querySelector("button");

function showChosen() {
  for (const image of chosen.querySelectorAll("img")) URL.revokeObjectURL(image.src);
  const shown = [...photos.files].slice(0, Number(form.dataset.most)).map((file) => {
    const item = document.createElement("li");
    const image = document.createElement("img");
    image.alt = file.name;
    image.title = file.name;
    image.src = URL.createObjectURL(file);
    item.append(image);
    return item;
  });
  chosen.replaceChildren(...shown);
  chosen.hidden = shown.length === 0;
}

function showRegion() {
  for (const list of form.querySelectorAll("select[data-by-region]")) {
    for (const group of list.querySelectorAll("optgroup")) {
      const other = group.dataset.region !== region.value;
      group.hidden = other;
      group.disabled = other;
    }
    if (list.selectedOptions[0]?.parentElement.disabled) list.value = "";
  }
}

function wait(busy) {
  button.disabled = busy;
  working.hidden = !busy;
}

photos.addEventListener("change", showChosen);
region.addEventListener("change", showRegion);
form.addEventListener("submit", () => wait(true));
window.addEventListener("pageshow", () => {
  wait(false);
  showChosen();
  showRegion();
});
