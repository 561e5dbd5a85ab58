// What a phone that remembers "I'm going in" keeps, in IndexedDB: its token, which reads nothing,
// the names that may stay here, and each tap with its own id until it was sent. Loaded by the page
// that makes it remember, pressed into the page that taps, and run by the worker when a signal comes.

const taps = (() => {
  const NAME = "going-in";
  const [FACTS, TAPS] = ["facts", "taps"];
  const KEEP_FOR = 14 * 24 * 3600 * 1000;
  const HURRY = 15000;
  const MOST = 40; // at once: well under what the door and the browser take in one request
  const done = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

  // --- the shelf -----------------------------------------------------------------------------

  // Looking must not leave an empty shelf behind on a phone that remembers nothing.
  function open(make) {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      if (!make) return request.transaction.abort();
      request.result.createObjectStore(FACTS);
      return request.result.createObjectStore(TAPS, { keyPath: "n", autoIncrement: true });
    };
    return done(request);
  }

  async function turn(mode, act, make) {
    const shelf = await open(make);
    try {
      const going = shelf.transaction([FACTS, TAPS], mode);
      const ended = new Promise((resolve, reject) => {
        going.oncomplete = resolve;
        going.onabort = going.onerror = () => reject(going.error);
      });
      ended.catch(() => {});
      const answer = await act(going.objectStore(FACTS), going.objectStore(TAPS));
      await ended;
      return answer;
    } finally {
      shelf.close();
    }
  }

  // What waits for the same person is sent under the new token; another's is nobody's to send.
  const remember = (phone) => turn("readwrite", async (facts, kept) => {
    const before = await done(facts.get("phone"));
    if (before && before.whose !== phone.whose) await done(kept.clear());
    return done(facts.put(phone, "phone"));
  }, true);
  const erase = () => done(indexedDB.deleteDatabase(NAME));

  // The phone and every tap, oldest first; null where nothing is remembered.
  async function read() {
    try {
      return await turn("readonly", async (facts, kept) => {
        const [phone, all] = await Promise.all([done(facts.get("phone")), done(kept.getAll())]);
        return phone ? { phone, all } : null;
      });
    } catch {
      return null;
    }
  }

  // Laid down before it is said to be kept, and before anything is sent. A press of "I'm going in"
  // is the visit that the later ones name.
  async function press(tap) {
    const id = crypto.randomUUID ? crypto.randomUUID() : madeUp();
    const one = { id, visit: id, ...tap, at: new Date().toISOString(), state: "waiting" };
    await turn("readwrite", (facts, kept) => done(kept.add(one)));
    return one;
  }

  function madeUp() {
    const some = crypto.getRandomValues(new Uint8Array(16));
    some[6] = (some[6] & 15) | 64;
    some[8] = (some[8] & 63) | 128;
    const hex = Array.from(some, (one) => one.toString(16).padStart(2, "0")).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  }

  const note = (facts) => turn("readwrite", async (shelf) => {
    const phone = await done(shelf.get("phone"));
    if (phone) await done(shelf.put({ ...phone, ...facts }, "phone"));
  });

  // What became of each, by its id: one that was sent twice was kept once.
  const settle = (said) => turn("readwrite", async (facts, kept) => {
    for (const one of await done(kept.getAll())) {
      if (one.id in said.kept) Object.assign(one, { state: "sent", joined: said.kept[one.id] });
      else if (one.id in said.refused) Object.assign(one, { state: "refused", why: said.refused[one.id] });
      else continue;
      await done(kept.put(one));
    }
  });

  // Of visits that are over and sent nothing stays here.
  const tidy = () => turn("readwrite", async (facts, kept) => {
    for (const one of await done(kept.getAll())) {
      const old = Date.now() - Date.parse(one.at);
      if (old > KEEP_FOR || (old > KEEP_FOR / 14 && one.state === "sent")) await done(kept.delete(one.n));
    }
  }).catch(() => {});

  // --- sending ---------------------------------------------------------------------------------

  async function ask(body) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), HURRY);
    try {
      return await fetch("/going-in/taps", {
        method: "POST",
        headers: { "content-type": "application/json", accept: "application/json" },
        body: JSON.stringify(body),
        credentials: "omit",
        cache: "no-store",
        redirect: "error",
        referrerPolicy: "no-referrer",
        keepalive: true,
        signal: stop.signal,
      });
    } finally {
      clearTimeout(timer);
    }
  }

  const bare = ({ id, visit, tap, at, words, when, hospital, place, own, tells, back, another }) =>
    ({ id, visit, tap, at, words, when, hospital, place, own, tells, back, another });

  // "sent", "waiting" (no signal, or a service that is busy) or "forgotten". Whatever goes wrong,
  // a tap stays here until it was said to be kept.
  async function send() {
    const found = await read();
    if (!found) return "none";
    const waiting = found.all.filter((one) => one.state === "waiting");
    if (found.phone.forgotten) return "forgotten";
    if (!waiting.length) return "sent";
    try {
      const body = { token: found.phone.token, sent: new Date().toISOString(), taps: waiting.slice(0, MOST).map(bare) };
      const answer = await ask(body);
      if (answer.status === 410 && (await answer.json()).known === false) {
        await note({ forgotten: true });
        return "forgotten";
      }
      if (answer.status !== 200) return "waiting";
      await settle(await answer.json());
      return waiting.length > MOST ? send() : "sent";
    } catch {
      return "waiting";
    }
  }

  // Whether it is known any more, asked without a tap to send.
  async function known() {
    const found = await read();
    if (!found || found.phone.forgotten) return;
    try {
      const answer = await ask({ token: found.phone.token, sent: new Date().toISOString(), taps: [] });
      if (answer.status === 410 && (await answer.json()).known === false) await note({ forgotten: true });
    } catch {
      // No signal: it is asked the next time.
    }
  }

  async function forget() {
    const found = await read();
    if (!found) return;
    await ask({ token: found.phone.token, forget: true }).catch(() => {});
    await erase();
  }

  return { remember, erase, read, press, send, known, forget, tidy };
})();
