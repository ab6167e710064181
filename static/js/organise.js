// Keyboard of the back office: "/" goes to the search field, j and k walk the rows of a table, Enter opens one.

const typing = (element) => element.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (event.key === "/") {
    const search = document.querySelector("main input[type=search], main [data-search]");
    if (!search) return;
    event.preventDefault();
    for (let fold = search.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    search.focus();
    search.select();
  }
  if (event.key === "j" || event.key === "k") {
    const links = [...document.querySelectorAll("main .table tbody tr")].map((row) => row.querySelector("a")).filter(Boolean);
    if (!links.length) return;
    const row = event.target.closest("tr");
    const here = links.findIndex((link) => row?.contains(link));
    const next = event.key === "j" ? here + 1 : Math.max(here - 1, 0);
    links[Math.min(next, links.length - 1)].focus();
  }
});
