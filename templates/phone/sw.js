// Opens a closed list of empty pages without a signal. It keeps no page that anybody's plan is on:
// what it keeps it asked for itself, signed in as nobody, by an address without query or fragment.
// It is registered by a press of somebody who was told what it does, and by nothing else.

importScripts("/static/tap-queue.js");

const KEPT = "shells-{{ version }}";
const SHELLS = {{ shells | tojson }};
const READER = {{ reader | tojson }};
const MY_COPY = "/my-copy";
const GOING_IN = "/going-in";
const KEYS = "/.well-known/jwks.json";
const KEY_FILES = /^\/\.well-known\/(jwks|crl\/[\w-]{1,64})\.json$/;
const PATIENCE = 4000;
const PATIENCE_WITH_PLAN = 10000;

const kept = async (path) => (await caches.open(KEPT)).match(path, { ignoreVary: true });

async function keep(path) {
  const answer = await fetch(path, { credentials: "omit", cache: "no-store", redirect: "error" });
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status}`);
  await (await caches.open(KEPT)).put(path, answer);
}

// Keys that read a signed card, and the cards that were withdrawn. A service without any has none.
async function keepKeys() {
  try {
    await keep(KEYS);
    const { keys } = await (await kept(KEYS)).json();
    const lists = keys.map((one) => `/.well-known/crl/${one.kid}.json`);
    await Promise.all(lists.filter((path) => KEY_FILES.test(path)).map((path) => keep(path).catch(() => {})));
  } catch {
    // The pages are of use without them, and say when they have none.
  }
}

async function install() {
  const before = await caches.match(READER[0] || "/", { ignoreVary: true });
  await Promise.all([...SHELLS, ...(before ? READER : [])].map(keep));
  await keepKeys();
  await self.skipWaiting();
}

async function activate() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("shells-") && name !== KEPT).map((name) => caches.delete(name)));
  await self.clients.claim();
}

const after = (time) => new Promise((done) => setTimeout(done, time, null));

async function networkFirst(request, path) {
  const old = await kept(path);
  const asked = fetch(request).then(async (answer) => {
    if (answer.status === 200 && KEY_FILES.test(path)) {
      await (await caches.open(KEPT)).put(path, answer.clone());
    }
    return answer;
  });
  if (!old) return asked;
  const answer = await Promise.race([asked.catch(() => null), after(PATIENCE)]);
  return answer && answer.status < 500 ? answer : old;
}

// The person's own pages are never kept: without a signal the way leads to their locked copy, or to
// the page that taps without one.
async function orOnThePhone(request, path) {
  const shell = await kept(path);
  if (!shell) return fetch(request);
  const answer = await Promise.race([fetch(request).catch(() => null), after(PATIENCE_WITH_PLAN)]);
  return answer || shell;
}

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname, search } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate" && /^\/plan(\/|$)/.test(pathname)) {
    event.respondWith(orOnThePhone(request, /^\/plan\/visit/.test(pathname) ? GOING_IN : MY_COPY));
  } else if (!search && (SHELLS.includes(pathname) || READER.includes(pathname) || KEY_FILES.test(pathname))) {
    event.respondWith(networkFirst(request, pathname));
  }
});

// Taps that waited for a signal, where the browser wakes us for it. Rejecting asks to be woken again.
self.addEventListener("sync", (event) => {
  if (event.tag !== "taps") return;
  event.waitUntil(taps.send().then((became) => {
    if (became === "waiting") throw new Error("still waiting");
  }));
});

// A hospital's device wants the code reader too, and fresh keys.
self.addEventListener("message", (event) => {
  if (event.data !== "make ready" || !event.ports[0]) return;
  const work = Promise.all([...SHELLS, ...READER].map(keep)).then(keepKeys);
  event.waitUntil(work.then(() => event.ports[0].postMessage(true), () => event.ports[0].postMessage(false)));
});
