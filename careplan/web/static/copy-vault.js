// The one place on a person's own phone where something of theirs is kept: one locked copy of the
// page they show to staff, in IndexedDB, and what must be known without opening it. Loaded by the
// page that keeps a copy, and pressed into the page that opens it, which must work with no signal.

const vault = (() => {
  const NAME = "my-copy";
  const SHELF = "copy";
  const ONE = "mine";
  const ROUNDS = 600000;
  const MOST_WRONG = 10;
  const WAITS = { 5: 30, 6: 60, 7: 120, 8: 300, 9: 600 };
  const bytes = (text) => new TextEncoder().encode(text);
  const some = (size) => crypto.getRandomValues(new Uint8Array(size));
  const done = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

  // --- the shelf -----------------------------------------------------------------------------

  // Looking for a copy must not leave an empty shelf behind on a phone that keeps none.
  function open(make) {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      if (make) request.result.createObjectStore(SHELF);
      else request.transaction.abort();
    };
    return done(request);
  }

  async function with_shelf(mode, act, make) {
    const shelf = await open(make);
    try {
      const turn = shelf.transaction(SHELF, mode);
      const ended = new Promise((resolve, reject) => {
        turn.oncomplete = resolve;
        turn.onabort = turn.onerror = () => reject(turn.error);
      });
      ended.catch(() => {}); // told by whoever awaits it; an act that failed first is told by itself
      const answer = await act(turn.objectStore(SHELF));
      await ended;
      return answer;
    } finally {
      shelf.close();
    }
  }

  async function read() {
    try {
      return (await with_shelf("readonly", (shelf) => done(shelf.get(ONE)))) || null;
    } catch {
      return null;
    }
  }

  const write = (copy) => with_shelf("readwrite", (shelf) => done(shelf.put(copy, ONE)), true);

  // Read and written in one turn, so that two tabs cannot both have the same try.
  const change = (facts) => with_shelf("readwrite", async (shelf) => {
    const copy = await done(shelf.get(ONE));
    if (!copy) return null;
    Object.assign(copy, typeof facts === "function" ? facts(copy) : facts);
    await done(shelf.put(copy, ONE));
    return copy;
  });

  const erase = () => done(indexedDB.deleteDatabase(NAME));

  // --- locking -------------------------------------------------------------------------------

  async function key_of_pin(pin, salt) {
    const raw = await crypto.subtle.importKey("raw", bytes(pin), "PBKDF2", false, ["deriveKey"]);
    const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS };
    return crypto.subtle.deriveKey(how, raw, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  }

  async function key_of_passkey(secret, salt) {
    const raw = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
    const how = { name: "HKDF", hash: "SHA-256", salt, info: bytes("my-copy") };
    return crypto.subtle.deriveKey(how, raw, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  }

  // What stands beside the copy in clear cannot be changed without breaking it.
  const beside = (copy) => bytes(JSON.stringify([copy.version, copy.kept_at, copy.expires_at]));

  async function lock(text, facts, key) {
    const iv = some(12);
    const how = { name: "AES-GCM", iv, additionalData: beside(facts) };
    const sealed = await crypto.subtle.encrypt(how, key, bytes(text));
    return { ...facts, iv, sealed, wrong: 0, wait_until: 0, checked_at: facts.kept_at, dose: "as kept", newest: facts.version };
  }

  async function unlock(copy, key) {
    const how = { name: "AES-GCM", iv: copy.iv, additionalData: beside(copy) };
    return new TextDecoder().decode(await crypto.subtle.decrypt(how, key, copy.sealed));
  }

  // --- a PIN ---------------------------------------------------------------------------------

  const may_be_pin = (pin) => /^\d{6,12}$/.test(pin);

  // The same digit again and again, or a run up or down: what anybody would try first.
  function is_easy(pin) {
    const steps = new Set([...pin].slice(1).map((digit, at) => digit - pin[at]));
    return steps.size === 1 && [0, 1, -1].includes([...steps][0]);
  }

  // Counted before it is looked at: loading the page anew gives nobody a free try.
  async function open_with_pin(pin) {
    const copy = await change((now) => ({ wrong: now.wrong + 1 }));
    if (!copy) return { gone: true };
    try {
      const text = await unlock(copy, await key_of_pin(pin, copy.salt));
      await change({ wrong: 0, wait_until: 0 });
      return { text };
    } catch {
      const left = MOST_WRONG - copy.wrong;
      if (left <= 0) return { spent: true };
      const wait = WAITS[copy.wrong] || 0;
      await change({ wait_until: wait ? Date.now() + wait * 1000 : 0 });
      return { left, wait };
    }
  }

  // --- the phone's own lock, through a passkey that never leaves the phone for us ---------------

  async function has_passkeys() {
    try {
      const ask = PublicKeyCredential.getClientCapabilities;
      const can = ask ? await ask.call(PublicKeyCredential) : {};
      if (can["extension:prf"] === false) return false;
      return await PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable();
    } catch {
      return false;
    }
  }

  async function new_passkey(called, salt) {
    const made = await navigator.credentials.create({
      publicKey: {
        rp: { name: called },
        user: { id: some(16), name: called, displayName: called },
        challenge: some(32),
        pubKeyCredParams: [{ type: "public-key", alg: -7 }, { type: "public-key", alg: -257 }],
        authenticatorSelection: { authenticatorAttachment: "platform", residentKey: "required", userVerification: "required" },
        extensions: { prf: { eval: { first: salt } } },
      },
    });
    const said = made.getClientExtensionResults().prf || {};
    if (!said.enabled) throw new Error("no prf");
    const credential = new Uint8Array(made.rawId);
    return { credential, secret: said.results ? said.results.first : await secret_of(credential, salt) };
  }

  async function secret_of(credential, salt) {
    const given = await navigator.credentials.get({
      publicKey: {
        challenge: some(32),
        allowCredentials: [{ type: "public-key", id: credential, transports: ["internal"] }],
        userVerification: "required",
        extensions: { prf: { eval: { first: salt } } },
      },
    });
    return given.getClientExtensionResults().prf.results.first;
  }

  async function open_with_passkey() {
    const copy = await read();
    if (!copy) return { gone: true };
    const secret = await secret_of(copy.credential, copy.salt);
    return { text: await unlock(copy, await key_of_passkey(secret, copy.salt)) };
  }

  return {
    read, write, change, erase, some, lock, key_of_pin, key_of_passkey, may_be_pin, is_easy,
    open_with_pin, has_passkeys, new_passkey, open_with_passkey,
  };
})();
