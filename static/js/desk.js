// The sorting desk by keyboard. Everything here is also a link, a box or a button of the page (the keys are listed above
// the list), and each key acts only while the focus is in the list.

const desk = document.querySelector("[data-desk]");
const typing = (element) => element.matches("input:not([type=checkbox]), textarea, select");
const rows = () => [...desk.querySelectorAll("tbody tr")];
const boxOf = (row) => row.querySelector("[name=idea]");
const ticked = () => desk.querySelectorAll("[name=idea]:checked");

function focus(row) {
  row?.querySelector("th a").focus();
}

function step(row, by) {
  const all = rows();
  focus(all[Math.max(0, Math.min(all.indexOf(row) + by, all.length - 1))]);
}

// How many are ticked, said beside the buttons.
function count() {
  const place = desk.querySelector("[data-count]");
  place.dataset.words ??= place.textContent;
  place.textContent = `${place.dataset.words} ${ticked().length}`;
}

function tick(row, on) {
  boxOf(row).checked = on ?? !boxOf(row).checked;
  count();
}

// What is done with several is done with the row at hand when none is ticked.
function act(row, name) {
  const button = desk.querySelector(`[name=act][value=${name}]`);
  if (!button) return; // once people vote, nothing is merged
  if (!ticked().length) tick(row, true);
  if (name === "group") desk.querySelector("[name=group]").focus();
  else desk.requestSubmit(button);
}

const keys = {
  ArrowDown: (row) => step(row, 1),
  ArrowUp: (row) => step(row, -1),
  x: (row) => tick(row),
  o: (row) => row.querySelector("th a").click(),
  a: (row) => row.querySelector("[data-answer]")?.click(),
  s: (row) => act(row, "study"),
  g: (row) => act(row, "group"),
  m: (row) => act(row, "merge"),
  u: () => document.querySelector("#toasts form button")?.click(),
};

if (desk) {
  desk.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (typing(event.target)) {
      if (event.key !== "Enter") return;
      event.preventDefault();
      if (ticked().length) desk.requestSubmit(desk.querySelector("[name=act][value=group]"));
      return;
    }
    const row = event.target.closest("tbody tr");
    if (!row || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key](row);
  });
  desk.addEventListener("change", count);
  // Back from a page about an idea: on with that row, or with the first one. Once the page is there: going to the
  // address's fragment takes the focus away.
  addEventListener("pageshow", ({ persisted }) => {
    count(); // boxes stay ticked when one comes back
    if (persisted || !/^#(i\d+|ideas)$/.test(location.hash)) return;
    focus(rows().find((row) => `#${row.id}` === location.hash) ?? rows()[0]);
  });
}
