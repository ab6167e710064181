// The form of a call: a press on the map, or the arrow keys, set its point. The field beside it holds the point as
// text, which can be typed as well; whoever hears the page is told where the point stands.

const setter = document.querySelector("[data-spot]");
const svg = setter?.querySelector("svg");

if (svg) {
  const field = document.getElementById(setter.dataset.spot);
  const [mark, said, clear] = [".spot", "output", "button"].map((name) => setter.querySelector(name));
  const cells = [...svg.querySelectorAll(".cell")];
  const codes = [...svg.querySelectorAll(".cell-code")];
  const { west, north, across, down, margin } = setter.dataset;
  const { width, height } = svg.viewBox.baseVal;
  const STEP = 10; // units of the drawing, which is 1000 wide
  let at = null; // where the point is drawn

  const within = ({ x, y }) => x >= 0 && y >= 0 && x <= width && y <= height;
  const toGround = ({ x, y }) => [north - (y - margin) / down, +west + (x - margin) / across].map((degrees) => +degrees.toFixed(5));
  const toDrawing = ([latitude, longitude]) => ({ x: (longitude - west) * across + +margin, y: (north - latitude) * down + +margin });

  function show(point) {
    at = point && within(point) ? point : null;
    const cell = at && cells.find((one) => one.isPointInFill(new DOMPoint(at.x, at.y)));
    for (const one of cells) one.classList.toggle("cell--lit", one === cell);
    for (const code of codes) code.classList.toggle("cell-code--lit", cell?.dataset.name.startsWith(`${code.textContent} · `) ?? false);
    if (cell) svg.querySelector("image").before(cell); // its light falls on the others
    mark.setAttribute("visibility", at ? "visible" : "hidden");
    if (at) mark.setAttribute("transform", `translate(${at.x} ${at.y})`);
    clear.hidden = !field.value;
    said.textContent = point ? `${cell?.dataset.name ?? setter.dataset.outside} (${field.value})` : field.value ? "" : setter.dataset.none;
  }

  function set(x, y) {
    const point = { x: Math.min(Math.max(x, 0), width), y: Math.min(Math.max(y, 0), height) };
    field.value = toGround(point).join(", ");
    show(point);
  }

  function empty() {
    field.value = "";
    show(null);
  }

  // Links and addresses are read once the form is sent.
  function read() {
    const typed = field.value.match(/^\s*([+-]?\d{1,3}(?:\.\d+)?)\s*[,;\s]\s*([+-]?\d{1,3}(?:\.\d+)?)\s*$/);
    show(typed && toDrawing([+typed[1], +typed[2]]));
  }

  const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  svg.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const move = moves[event.key];
    if (move) {
      const step = event.shiftKey ? 1 : STEP;
      const from = at ?? { x: width / 2, y: height / 2 };
      set(from.x + move[0] * step, from.y + move[1] * step);
    } else if (event.key === "Delete" || event.key === "Backspace") empty();
    else return;
    event.preventDefault();
  });
  svg.addEventListener("click", (event) => {
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    set(x, y);
  });
  clear.addEventListener("click", () => {
    empty();
    field.focus();
  });
  field.addEventListener("input", read);

  for (const [name, value] of Object.entries({ tabindex: "0", role: "application", "aria-label": setter.dataset.label, "aria-describedby": "spot-keys" })) {
    svg.setAttribute(name, value);
  }
  for (const part of setter.querySelectorAll("[data-scripted]")) part.hidden = false;
  setter.classList.add("is-live");
  read();
}
