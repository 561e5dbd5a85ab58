// Extras for pages that already work without them: saving as you type, the body to touch, the page components.
const root = document.body;
root.classList.add("js-enabled");
if ("noModule" in HTMLScriptElement.prototype) root.classList.add("nhsuk-frontend-supported");

import("/static/vendor/nhsuk/nhsuk-frontend.min.js").then((kit) => kit.initAll()).catch(() => {});
document.querySelectorAll("form[data-autosave]").forEach(saveAsYouType);
document.querySelectorAll("[data-body-map]").forEach(bodyMap);
document.querySelectorAll("[data-progress]").forEach(workedOff);
document.querySelectorAll("[data-leave]").forEach((link) => link.addEventListener("click", (press) => {
  press.preventDefault(); // so that the way back does not lead here again
  location.replace(link.href);
}));

document.querySelectorAll("form[data-words-unsent]").forEach(signsOut);

/** On a phone that remembers "I'm going in", what was tapped is sent before it is erased. */
async function signsOut(form) {
  let erasesNothing = false;
  form.addEventListener("submit", async (press) => {
    if (erasesNothing) return;
    press.preventDefault();
    const out = await import("/static/sign-out.js").then((kit) => kit.sentOrSaid(form)).catch(() => true);
    if (out) form.submit();
  });
  const kept = window.indexedDB?.databases ? await indexedDB.databases().catch(() => null) : null;
  erasesNothing = Boolean(kept) && !kept.some(({ name }) => name === "going-in");
}

/** Each answer did a slice of the work; the next is asked for at once, until there is none left. */
async function workedOff(part) {
  const bar = part.querySelector("progress"), words = part.querySelector("label");
  for (let wait = 0; ;) {
    try {
      const answer = await fetch(location.href, { headers: { "Accept": "application/json" }, credentials: "same-origin" });
      if (!answer.ok || answer.redirected) break;
      const said = await answer.json();
      bar.value = said.done;
      words.textContent = said.words;
      if (!said.working) break;
      wait = 50;
    } catch {
      wait = Math.min(Math.max(wait * 2, 1000), 30000);
    }
    await new Promise((done) => setTimeout(done, wait));
  }
  location.reload();
}

/** Saves a second after the last change; one request at a time, since each carries the draft's revision. */
function saveAsYouType(form) {
  const line = form.querySelector("[data-saved]");
  const words = line.dataset;
  let dirty = false, timer = 0, sending = null, leaving = false, stopped = false, wait = 1000;

  const say = (text, trouble) => {
    line.textContent = text;
    line.toggleAttribute("data-trouble", Boolean(trouble));
  };
  const later = (ms) => {
    clearTimeout(timer);
    timer = setTimeout(save, ms);
  };
  const request = (keepalive) => fetch(form.getAttribute("action") || location.href, { // form.action is a button of ours
    method: "POST",
    body: new URLSearchParams(new FormData(form)),
    headers: { "X-Autosave": "1", "Accept": "application/json" },
    credentials: "same-origin",
    redirect: "manual",
    keepalive,
  });

  async function send() {
    dirty = false;
    let answer;
    try {
      answer = await request(false);
    } catch {
      return retry();
    }
    if (answer.status === 409) return give_up(words.wordsConflict);
    if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) return give_up(words.wordsSignedOut);
    if (answer.status >= 500 || answer.status === 429) return retry();
    const said = answer.ok ? await answer.json().catch(() => null) : null;
    if (!said) return give_up(words.wordsRefused);
    form.elements.revision.value = said.revision;
    wait = 1000;
    say(`${words.wordsSaved} ${said.saved}`);
    if (dirty) later(1000);
  }
  function retry() {
    dirty = true;
    wait = Math.min(wait * 2, 30000);
    say(words.wordsWaiting, true);
    later(wait);
  }
  function give_up(text) {
    stopped = true;
    say(text, true);
  }
  function save() {
    if (!dirty || sending || leaving || stopped) return;
    sending = send().finally(() => { sending = null; });
  }

  const touched = () => {
    dirty = true;
    if (!stopped) later(1000);
  };
  form.addEventListener("input", touched);
  form.addEventListener("change", touched);
  addEventListener("online", () => { wait = 1000; save(); });
  document.addEventListener("visibilitychange", () => { if (document.hidden) save(); });
  addEventListener("pagehide", () => {
    if (dirty && !leaving && !stopped) request(true).catch(() => {});
  });

  // A press on a button waits for a save that is under way, or its revision would be the old one.
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    if (sending && !leaving) {
      event.preventDefault();
      const pressed = event.submitter;
      leaving = true;
      const go = () => form.requestSubmit(pressed);
      Promise.race([sending, new Promise((done) => setTimeout(done, 4000))]).then(go, go);
      return;
    }
    leaving = true;
  });
  addEventListener("pageshow", () => { leaving = false; });
}

/** Touching a place ticks its check box, and a ticked box colours its place. */
function bodyMap(map) {
  const form = map.closest("form");
  const boxes = new Map();
  form.querySelectorAll(`input[type=checkbox][name="${map.dataset.bodyMap}"]`).forEach((box) => boxes.set(box.value, box));
  const show = () => map.querySelectorAll("[data-site]").forEach((place) => {
    place.toggleAttribute("data-chosen", Boolean(boxes.get(place.dataset.site)?.checked));
  });
  map.addEventListener("click", (event) => {
    const box = boxes.get(event.target.dataset?.site);
    if (box) box.click();
  });
  form.addEventListener("change", show);
  addEventListener("pageshow", show);
  map.hidden = false;
  show();
}
