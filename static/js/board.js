// The organisers' board by drag and drop and by keyboard. Each does what a link, a button or a form of the page does: the
// same POST, whose answer is the board again, or the page that asks whether a rule may be broken, shown as a dialog.

const board = () => document.querySelector("[data-board]");
const mayChange = () => board()?.hasAttribute("data-may-change");
const personOf = (element) => element.closest?.("[data-person]");
const people = (within) => [...within.querySelectorAll("[data-person]")];
let dragged = null;
let busy = false;

const parse = async (answer) => new DOMParser().parseFromString(await answer.text(), "text/html");

function focusOn(id) {
  document.getElementById(id)?.querySelector("a")?.focus();
}

// What came back takes the place of what is there; the focus stays with the person.
async function show(answer, id) {
  const page = await parse(answer);
  const fresh = page.querySelector("[data-board]");
  const toasts = page.querySelector("#toasts");
  if (toasts) {
    document.querySelector("#toasts").replaceWith(document.adoptNode(toasts));
    document.dispatchEvent(new CustomEvent("htmx:load", { detail: {} }));
  }
  if (fresh) {
    closeDialog();
    board().replaceWith(document.adoptNode(fresh));
    window.htmx?.process(board());
    if (id) focusOn(id);
  } else if (page.querySelector("#ask")) {
    openDialog(page, id, answer.url);
  } else {
    location.reload();
  }
}

async function send(url, values, id) {
  if (busy) return;
  busy = true;
  const body = new FormData(document.querySelector("#act"));
  for (const [name, value] of Object.entries(values)) body.set(name, value);
  try {
    const answer = await fetch(url, { method: "POST", body: new URLSearchParams(body) });
    if (answer.ok) await show(answer, id);
    else location.reload();
  } catch {
    fail();
  } finally {
    busy = false;
  }
}

function fail() {
  const { content } = document.querySelector("template[data-failure=network]");
  board().querySelector(":scope > .failure")?.remove();
  board().prepend(content.cloneNode(true));
}

// A page that asks, as a dialog: its forms go the same way.
function openDialog(page, id, url) {
  closeDialog();
  const dialog = document.createElement("dialog");
  dialog.className = "ask";
  dialog.setAttribute("aria-labelledby", "ask-title");
  dialog.append(document.adoptNode(page.querySelector("#ask")));
  document.body.append(dialog);
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (id && !busy) focusOn(id);
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-close-dialog]")) {
      event.preventDefault();
      dialog.close();
    }
  });
  dialog.addEventListener("submit", (event) => {
    event.preventDefault();
    const { submitter, target: form } = event;
    const values = Object.fromEntries(new FormData(form, submitter));
    send(submitter?.getAttribute("formaction") ?? form.getAttribute("action") ?? url, values, id);
  });
  narrow(dialog);
  dialog.showModal();
  // On a phone the field would open its keyboard over the teams.
  const field = matchMedia("(pointer: coarse)").matches ? null : dialog.querySelector("#narrow");
  (field ?? dialog.querySelector("button.button--next") ?? dialog.querySelector("button"))?.focus();
}

function closeDialog() {
  document.querySelector("dialog.ask")?.close();
}

// Typing a team's code leaves those that begin so; Enter takes the first.
function narrow(root) {
  const field = root.querySelector("[data-narrow]");
  if (!field) return;
  field.hidden = false;
  const input = field.querySelector("input");
  const options = [...root.querySelectorAll(".options > li")];
  const stood = new Map([...root.querySelectorAll(".offer")].map((place) => [place, place.open]));
  input.addEventListener("input", () => {
    const typed = input.value.trim();
    for (const option of options) option.hidden = !option.dataset.code.startsWith(typed);
    for (const [place, open] of stood) {
      place.hidden = !place.querySelector(".options > li:not([hidden])");
      place.open = typed ? !place.hidden : open;
    }
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    const first = options.find((option) => !option.hidden && option.dataset.code === input.value.trim()) ?? options.find((option) => !option.hidden);
    if (input.value.trim()) first?.querySelector("button").click();
    else root.querySelector(".option")?.focus();
  });
}

async function ask(person) {
  const url = person.querySelector("a").href;
  try {
    const answer = await fetch(url);
    if (answer.ok) openDialog(await parse(answer), person.id, answer.url);
    else location.assign(url);
  } catch {
    fail();
  }
}

const act = (person, what) => send(`${board().dataset.people}${person.dataset.person}/${what}/`, {}, person.id);

// Up and down in the order of the page, left and right to the next team that has people.
function step(person, by) {
  const all = people(board());
  all[Math.max(0, Math.min(all.indexOf(person) + by, all.length - 1))].querySelector("a").focus();
}
function jump(person, by) {
  const teams = [...board().querySelectorAll(".team")].filter((team) => people(team).length);
  const here = teams.indexOf(person.closest(".team"));
  const there = teams[Math.max(0, Math.min(here + by, teams.length - 1))];
  const place = people(person.closest(".team")).indexOf(person);
  const all = people(there);
  all[Math.min(place, all.length - 1)].querySelector("a").focus();
}

const keys = {
  ArrowDown: (person) => step(person, 1),
  ArrowUp: (person) => step(person, -1),
  ArrowRight: (person) => jump(person, 1),
  ArrowLeft: (person) => jump(person, -1),
  m: (person) => mayChange() && ask(person),
  p: (person) => mayChange() && act(person, person.classList.contains("who--pinned") ? "unpin" : "pin"),
  l: (person) => mayChange() && act(person, "lead"),
};
const anywhere = {
  u: () => document.querySelector("[data-send=undo] button:not(:disabled)")?.click(),
  r: () => document.querySelector("[data-send=redo] button:not(:disabled)")?.click(),
};

document.addEventListener("keydown", (event) => {
  if (!board() || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, dialog")) return;
  const person = personOf(event.target);
  if (person && keys[event.key]) {
    event.preventDefault();
    keys[event.key](person);
  } else if (anywhere[event.key]) {
    event.preventDefault();
    anywhere[event.key]();
  }
});

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-board] [data-person] > a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !mayChange()) return;
  event.preventDefault();
  ask(personOf(link));
});

// Undo, redo, and the pin of a team, without leaving the place.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.closest("[data-board]") || event.defaultPrevented) return;
  event.preventDefault();
  const { submitter } = event;
  const here = personOf(document.activeElement)?.id;
  send(submitter?.getAttribute("formaction") ?? form.action, Object.fromEntries(new FormData(form, submitter)), here);
}, true);
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!board() || !form.closest("#toasts")) return;
  event.preventDefault();
  event.stopPropagation();
  send(form.action, {}, personOf(document.activeElement)?.id);
}, true);

// Drag and drop. A link is what the browser drags of itself: so is the person.
const dropOf = (event) => event.target.closest?.("[data-board] [data-drop]");
document.addEventListener("dragstart", (event) => {
  const person = personOf(event.target);
  if (!person || !mayChange()) return;
  dragged = person;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", person.id);
  person.classList.add("who--dragged");
});
document.addEventListener("dragover", (event) => {
  const place = dragged && dropOf(event);
  for (const over of document.querySelectorAll(".is-over")) if (over !== place) over.classList.remove("is-over");
  if (!place || place.contains(dragged)) return;
  event.preventDefault();
  place.classList.add("is-over");
});
document.addEventListener("drop", (event) => {
  const place = dragged && dropOf(event);
  if (!place || place.contains(dragged)) return;
  event.preventDefault();
  send(`${board().dataset.people}${dragged.dataset.person}/move/`, { to: place.dataset.drop }, dragged.id);
});
document.addEventListener("dragend", () => {
  dragged?.classList.remove("who--dragged");
  for (const over of document.querySelectorAll(".is-over")) over.classList.remove("is-over");
  dragged = null;
});

// Others' moves arrive by themselves, but not under a hand that drags, nor while something travels.
let focused = null;
document.addEventListener("htmx:beforeSwap", (event) => {
  if (!board() || event.detail.target !== board()) return;
  if (dragged || busy) event.detail.shouldSwap = false;
  focused = personOf(document.activeElement)?.id;
});
document.addEventListener("htmx:afterSwap", () => {
  if (focused) focusOn(focused);
  focused = null;
});
