// A line or an outline drawn on a chart of sectors: a press adds a point, and so do the arrow keys with Enter. The field
// beside it holds the points as text, one a line, which can be typed as well.

const holder = document.querySelector("[data-path]");
const svg = holder?.querySelector("svg");

if (svg) {
  const field = document.getElementById(holder.dataset.path);
  const said = holder.querySelector("output");
  const { west, north, across, down, margin } = holder.dataset;
  const { width, height } = svg.viewBox.baseVal;
  const STEP = 12; // units of the drawing, which is 1000 wide
  const make = (name, className) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    made.setAttribute("class", className);
    return svg.appendChild(made);
  };
  const trace = make("path", "path-trace");
  const cross = make("path", "path-cross");
  let cursor = { x: width / 2, y: height / 2 };

  const toGround = ({ x, y }) => [north - (y - margin) / down, +west + (x - margin) / across].map((degrees) => degrees.toFixed(5)).join(", ");
  const read = () =>
    field.value
      .split("\n")
      .map((line) => line.match(/^\s*([+-]?\d{1,3}(?:\.\d+)?)\s*[,;\s]\s*([+-]?\d{1,3}(?:\.\d+)?)\s*$/))
      .filter(Boolean)
      .map(([, latitude, longitude]) => [(longitude - west) * across + +margin, (north - latitude) * down + +margin]);

  function show() {
    const points = read();
    const close = "closed" in holder.dataset && points.length > 2 ? "Z" : "";
    const dots = points.map(([x, y]) => `M${x - 7} ${y}a7 7 0 1 0 14 0a7 7 0 1 0 -14 0`).join("");
    trace.setAttribute("d", points.length ? `M${points.map((point) => point.join(" ")).join("L")}${close}${dots}` : "");
    cross.setAttribute("d", `M${cursor.x - 14} ${cursor.y}h28M${cursor.x} ${cursor.y - 14}v28`);
    said.textContent = points.length || "";
  }

  function add(point) {
    cursor = point;
    field.value = [...field.value.split("\n").filter((line) => line.trim()), toGround(point)].join("\n");
    show();
  }

  function undo() {
    field.value = field.value.split("\n").filter((line) => line.trim()).slice(0, -1).join("\n");
    show();
  }

  const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  svg.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const move = moves[event.key];
    if (move) {
      const step = event.shiftKey ? 1 : STEP;
      cursor = { x: cursor.x + move[0] * step, y: cursor.y + move[1] * step };
      show();
    } else if (event.key === "Enter") add(cursor);
    else if (event.key === "Delete" || event.key === "Backspace") undo();
    else return;
    event.preventDefault();
  });
  svg.addEventListener("click", (event) => {
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    add({ x, y });
  });
  holder.querySelector("[data-undo]").addEventListener("click", undo);
  field.addEventListener("input", show);
  svg.removeAttribute("aria-hidden");
  for (const [name, value] of Object.entries({ tabindex: "0", role: "application", "aria-label": holder.dataset.label, "aria-describedby": "path-keys" })) {
    svg.setAttribute(name, value);
  }
  for (const part of holder.querySelectorAll("[data-scripted]")) part.hidden = false;
  holder.classList.add("is-live");
  show();
}
