// Gets a hospital's device ready for no signal: empty pages, the keys that signed cards are read
// with, and the list of withdrawn cards. Nothing of any person, and nothing before the press.

const part = document.querySelector("[data-ready]");
const said = part.querySelector("[data-ready-said]");
const make = part.querySelector("[data-ready-make]");
const forget = part.querySelector("[data-ready-forget]");
const words = part.dataset;
const PATIENCE = 60000;
const LONDON = { timeZone: "Europe/London", dateStyle: "long", timeStyle: "short" };

const when = async (path) => {
  const kept = await caches.match(path, { ignoreVary: true });
  const date = kept && Date.parse(kept.headers.get("date"));
  return date ? new Date(date).toLocaleString("en-GB", LONDON) : null;
};

async function tell() {
  const made = await when("/scan");
  const keys = await when("/.well-known/jwks.json");
  forget.hidden = !made;
  make.textContent = made ? words.wordsAgain : words.wordsMake;
  said.textContent = made ? [words.wordsReady.replace("{when}", made), keys ? words.wordsKeys.replace("{when}", keys) : words.wordsNoKeys].join(" ") : "";
}

function answerOf(worker) {
  return new Promise((resolve, reject) => {
    const { port1, port2 } = new MessageChannel();
    setTimeout(reject, PATIENCE, new Error("no answer"));
    port1.onmessage = (event) => (event.data ? resolve() : reject(new Error("not ready")));
    worker.postMessage("make ready", [port2]);
  });
}

make.addEventListener("click", async () => {
  make.disabled = true;
  said.textContent = words.wordsWorking;
  try {
    await navigator.serviceWorker.register("/sw.js");
    await answerOf((await navigator.serviceWorker.ready).active);
    await tell();
  } catch {
    said.textContent = words.wordsFailed;
  } finally {
    make.disabled = false;
  }
});

forget.addEventListener("click", async () => {
  for (const one of await navigator.serviceWorker.getRegistrations()) await one.unregister();
  await Promise.all((await caches.keys()).map((name) => caches.delete(name)));
  await tell();
  said.textContent = words.wordsForgotten;
  make.focus();
});

if (navigator.serviceWorker && window.caches) {
  part.hidden = false;
  tell();
}
