// Scanning at a hospital desk: a camera, a handheld scanner that types, a pasted link.
// Whatever is read goes on in a fragment, to the viewer or to the page for signed cards, and never
// to the service.

const form = document.querySelector("[data-scan-form]");
const field = form.elements.scanned;
const camera = document.querySelector("[data-scan-camera]");
const video = camera.querySelector("[data-scan-video]");
const said = camera.querySelector("[data-scan-said]");
const on = document.getElementById("camera-on");
const off = document.getElementById("camera-off");
const EVERY = 200;
let stream = null;

// A scanner set to another keyboard types other signs around the link, never inside it.
function linkIn(text) {
  const found = /shlink:\/([\w-]+)/.exec(text);
  return found ? found[1] : null;
}

// A signed card: its digits come through any keyboard, the three signs before them may not.
function cardIn(text) {
  const found = /\bshc\D{1,3}((?:\d+\/\d+\/)?\d+)$/i.exec(text.trim());
  return found ? found[1] : null;
}

function goTo(address) {
  stop();
  field.value = "";
  location.assign(address);
}

function hostOf(payload) {
  try {
    const bytes = Uint8Array.from(atob(payload.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
    return new URL(JSON.parse(new TextDecoder().decode(bytes)).url);
  } catch {
    return null;
  }
}

function refuse(words) {
  const group = field.closest(".nhsuk-form-group");
  let line = document.getElementById("scanned-error");
  if (!line) {
    line = document.createElement("span");
    line.id = "scanned-error";
    line.className = "nhsuk-error-message";
    line.setAttribute("role", "alert");
    field.before(line);
    group.classList.add("nhsuk-form-group--error");
    const by = field.getAttribute("aria-describedby");
    field.setAttribute("aria-describedby", by ? `${by} ${line.id}` : line.id);
  }
  line.textContent = words;
  field.value = "";
  field.focus();
}

// True when the text was a card or a plan's link and the page is on its way, or has said why not.
function follow(text) {
  const card = cardIn(text);
  if (card) {
    goTo(`/c#shc:/${card}`);
    return true;
  }
  if (!text.includes("shlink:")) return false;
  const payload = linkIn(text);
  const url = payload && hostOf(payload);
  if (!url) refuse(form.dataset.wrong);
  else if (url.origin !== location.origin) refuse(`${form.dataset.foreign} ${url.host}`);
  else goTo(`/s#shlink:/${payload}`);
  return true;
}

form.addEventListener("submit", (event) => {
  if (follow(field.value)) event.preventDefault();
});

// --- the camera -----------------------------------------------------------------------------

async function reader() {
  if ("BarcodeDetector" in window) {
    try {
      const known = await BarcodeDetector.getSupportedFormats();
      if (known.includes("qr_code")) {
        const own = new BarcodeDetector({ formats: ["qr_code"] });
        return async (canvas) => (await own.detect(canvas)).map((one) => one.rawValue);
      }
    } catch {
      // A browser that says it can and cannot: the reader below does it.
    }
  }
  const zxing = await import("/static/vendor/zxing/reader/index.js");
  zxing.prepareZXingModule({
    overrides: { locateFile: (name) => `/static/vendor/zxing/reader/${name}` },
    fireImmediately: false,
  });
  return async (canvas) => {
    const picture = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const found = await zxing.readBarcodes(picture, { formats: ["QRCode"], maxNumberOfSymbols: 1 });
    return found.filter((one) => one.isValid).map((one) => one.text);
  };
}

function stop() {
  for (const track of stream ? stream.getTracks() : []) track.stop();
  stream = null;
  video.srcObject = null;
  video.hidden = off.hidden = true;
  on.hidden = false;
}

function failed(problem) {
  const words = { NotAllowedError: "denied", NotFoundError: "none", OverconstrainedError: "none" };
  stop();
  said.textContent = camera.dataset[words[problem.name] || "broken"];
}

async function look(read) {
  const canvas = document.createElement("canvas");
  const mine = stream;
  while (stream === mine && mine) {
    if (video.videoWidth) {
      canvas.width = video.videoWidth;
      canvas.height = video.videoHeight;
      canvas.getContext("2d", { willReadFrequently: true }).drawImage(video, 0, 0);
      for (const text of await read(canvas)) {
        if (follow(text)) return;
        refuse(form.dataset.wrong);
        stop();
        return;
      }
    }
    await new Promise((after) => setTimeout(after, EVERY));
  }
}

async function start() {
  try {
    // A signed card has a hundred squares on each side, which a small picture cannot tell apart.
    const sharp = { width: { ideal: 1920 }, height: { ideal: 1080 } };
    const wanted = { video: { facingMode: "environment", ...sharp }, audio: false };
    stream = await navigator.mediaDevices.getUserMedia(wanted);
    video.srcObject = stream;
    video.hidden = off.hidden = false;
    on.hidden = true;
    off.focus();
    said.textContent = camera.dataset.looking;
    await video.play();
    await look(await reader());
  } catch (problem) {
    failed(problem);
  }
}

if (navigator.mediaDevices && navigator.mediaDevices.getUserMedia) {
  camera.hidden = false;
  on.addEventListener("click", start);
  off.addEventListener("click", () => {
    stop();
    said.textContent = "";
    on.focus();
  });
  window.addEventListener("pagehide", stop);
}
