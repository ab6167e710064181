// A chart of sectors by keyboard: one stop for Tab, arrows walk to the nearest sector that way, Enter opens it. The
// caption says which one it is, for the pointer as well. Without this, the table below carries the same links.

const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const middle = (link) => {
  const box = link.querySelector("path").getBoundingClientRect();
  return [box.x + box.width / 2, box.y + box.height / 2];
};

// The nearest one in that direction; what lies aside counts double.
const nearest = (links, from, [dx, dy]) => {
  const [x, y] = middle(from);
  let best = null;
  let least = Infinity;
  for (const link of links) {
    if (link === from) continue;
    const [there, down] = middle(link);
    const along = (there - x) * dx + (down - y) * dy;
    const aside = Math.abs((there - x) * dy) + Math.abs((down - y) * dx);
    if (along > 1 && along + 2 * aside < least) {
      best = link;
      least = along + 2 * aside;
    }
  }
  return best;
};

for (const figure of document.querySelectorAll("[data-sectors]")) {
  const drawing = figure.querySelector("svg");
  const said = figure.querySelector("[data-said]");
  const links = [...drawing.querySelectorAll("a")];
  const say = (link) => (said.textContent = link ? link.getAttribute("aria-label") : "");
  if (!links.length) continue;
  drawing.removeAttribute("aria-hidden");
  drawing.setAttribute("role", "group");
  drawing.setAttribute("aria-label", drawing.dataset.label);
  links[0].setAttribute("tabindex", "0");
  drawing.addEventListener("focusin", (event) => {
    for (const link of links) link.setAttribute("tabindex", link === event.target ? "0" : "-1");
    say(event.target.closest("a"));
  });
  drawing.addEventListener("pointerover", (event) => say(event.target.closest("a")));
  drawing.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    const here = event.target.closest("a");
    if (!step || !here || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    nearest(links, here, step)?.focus();
  });
}
