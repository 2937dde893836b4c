// Whom to ring up: told when somebody asks for it, in place of nothing.

document.addEventListener("sent", async (event) => {
  if (!event.target.matches("[data-rings]")) return;
  const told = await event.detail.json();
  const place = event.target.closest("article").querySelector("[data-number]");
  const link = Object.assign(document.createElement("a"), { href: `tel:${told.phone}`, textContent: told.phone });
  place.replaceChildren(`${place.dataset.number.replace("{name}", told.name)} `, link);
});
