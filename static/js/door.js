// At the door: the camera reads the codes that participants show, in browsers that can. Elsewhere the code is typed.

const form = document.querySelector("[data-door]");
const [field, button, view, said] = ["[name=code]", "[data-scan]", "[data-view]", "#door-said"].map((part) =>
  form?.querySelector(part),
);
const AGAIN = 4000; // milliseconds before the same code counts as shown once more

if (form && navigator.mediaDevices && "BarcodeDetector" in window) {
  const formats = await BarcodeDetector.getSupportedFormats();
  button.hidden = !formats.includes("qr_code");
}

let stream = null;
let last = { code: "", at: 0 };
let sending = false;

function stop() {
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = null;
  view.hidden = true;
  button.querySelector("span").textContent = button.dataset.start;
}

async function read(detector) {
  if (!stream) return;
  const [found] = sending || document.hidden ? [] : await detector.detect(view).catch(() => []);
  if (found && (found.rawValue !== last.code || Date.now() - last.at > AGAIN)) {
    last = { code: found.rawValue, at: Date.now() };
    field.value = found.rawValue;
    form.requestSubmit();
  } else if (found) last.at = Date.now(); // still held before the camera
  setTimeout(read, 200, detector);
}

button?.addEventListener("click", async () => {
  if (stream) return stop();
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch {
    said.textContent = button.dataset.refused;
    return;
  }
  button.dataset.start = button.querySelector("span").textContent;
  button.querySelector("span").textContent = button.dataset.stop;
  view.srcObject = stream;
  view.hidden = false;
  view.play().catch(() => {}); // until there is a picture, nothing is read
  read(new BarcodeDetector({ formats: ["qr_code"] }));
});
window.addEventListener("pagehide", () => stream && stop());

// The next code is typed over the last one.
document.addEventListener("htmx:beforeRequest", ({ detail }) => (sending ||= detail.elt === form));
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.elt !== form) return;
  sending = false;
  if (!detail.successful) return;
  field.value = "";
  if (!stream) field.focus();
});
