// What the public pages gain when scripts run. Each part improves something that works without it.

const on = (type, selector, act) =>
  document.addEventListener(type, (event) => {
    const found = event.target.closest?.(selector);
    if (found) act(found, event);
  });

// The menu of a narrow screen closes on Escape, and on a tap elsewhere.
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("[data-menu][open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
document.addEventListener("click", (event) => {
  const menu = document.querySelector("[data-menu][open]");
  if (menu && !menu.contains(event.target)) menu.open = false;
});

// Filters stand open where there is room for them.
function unfold(root) {
  if (!matchMedia("(min-width: 60rem)").matches) return;
  for (const filters of root.querySelectorAll("[data-filters]")) filters.open = true;
}

// A list replaced in place keeps its filters as they stood: unfolded, with the focus where it was. What is left empty
// stays out of the address.
let stood = null;
document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.verb !== "get" || !detail.elt.matches("form")) return;
  detail.path = detail.path.split("?")[0]; // a form begins its address anew; htmx would add to the present one
  for (const [name, value] of [...detail.formData]) if (value === "") detail.formData.delete(name);
});
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const filters = detail.target.querySelector("[data-filters]");
  stood = filters && { open: filters.open, focus: filters.contains(document.activeElement) && document.activeElement.id };
});
document.addEventListener("htmx:afterSwap", () => {
  const filters = stood && document.querySelector("[data-filters]");
  if (!filters) return;
  filters.open = stood.open;
  if (stood.focus) document.getElementById(stood.focus)?.focus({ preventScroll: true });
  stood = null;
});

// What could not be sent, or was refused, is said where it was tapped, and taken away once it has worked. The buttons
// stay as they were: tapping again tries again.
const placeOf = (element) => element.closest("li") ?? element;
const failureIn = (place) => place.querySelector(":scope > .failure");
function fail({ elt, requestConfig }, failure) {
  const place = placeOf(elt);
  const reading = requestConfig.verb === "get";
  const present = failureIn(place);
  if (reading && present) return; // what asks by itself every few seconds says it once
  present?.remove();
  const { content } = document.querySelector(`template[data-failure=${reading ? "reading" : failure}]`);
  place.append(content.cloneNode(true));
}
for (const type of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(type, ({ detail }) => fail(detail, "network"));
}
document.addEventListener("htmx:responseError", ({ detail }) => fail(detail, "server"));
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.successful) failureIn(placeOf(detail.elt))?.remove();
});
// An answer from another address is a whole page, the entrance mostly: it does not belong inside this one.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const [asked, answered] = [detail.pathInfo.requestPath, detail.xhr.responseURL || detail.pathInfo.requestPath].map(
    (address) => new URL(address, location.href).pathname,
  );
  if (asked === answered) return;
  detail.shouldSwap = false;
  if (detail.requestConfig.verb === "get") location.assign(detail.xhr.responseURL);
  else location.reload();
});

// After a refused form, the summary of what is wrong comes first.
function focusErrors(root) {
  root.querySelector("[data-focus]")?.focus({ preventScroll: false });
}

// A message can be put away.
function closableToasts(root) {
  for (const toast of root.querySelectorAll("[data-toast]:not([data-closable])")) {
    toast.dataset.closable = "";
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "×";
    button.ariaLabel = toast.dataset.close;
    button.addEventListener("click", () => toast.remove());
    toast.append(button);
  }
}

// Copying an address: the button only exists where the clipboard does.
function showCopyButtons(root) {
  if (!navigator.clipboard) return;
  for (const button of root.querySelectorAll("[data-copy]")) button.hidden = false;
}
on("click", "[data-copy]", async (button) => {
  const field = document.querySelector(button.dataset.copy);
  await navigator.clipboard.writeText(field.value);
  const words = button.querySelector("span");
  const before = words.textContent;
  words.textContent = button.dataset.copied;
  setTimeout(() => (words.textContent = before), 2500);
});

// A pasted code may carry spaces or a dash.
on("input", "[data-code] input", (input) => {
  const bare = input.value.replace(/[\s-]/g, "");
  if (bare !== input.value) input.value = bare;
});

// A form goes once: a second click while it travels does nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

function enhance(root) {
  unfold(root);
  closableToasts(root);
  showCopyButtons(root);
}
enhance(document);
focusErrors(document);
document.addEventListener("htmx:load", (event) => enhance(event.target));
