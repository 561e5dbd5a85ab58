// From a scanned link to a document: read it strictly, ask only our own service, decrypt on this
// device, unpack with a limit. Whatever is not as it should be is a Refusal; nothing is guessed.
// It comes first in the page, so that asking need not wait for the rest to arrive.

// The message of a Refusal is the name of a sentence in W.
class Refusal extends Error {}

const KEY = /^[\w-]{43}$/;
const MANIFEST = /^\/m\/[\w-]{43}$/;
// Flag U: the address is that of the one file, which has no manifest and asks nothing.
const DIRECT = /^\/u\/[\w-]{43}$/;
const FILE = /^\/f\/[\w-]{1,100}$/;
const FHIR = "application/fhir+json";
const UNPACKED_LIMIT = 8e6;
const PATIENCE = 30000;

const canUnpack = (() => {
  try {
    return !!new DecompressionStream("deflate-raw");
  } catch {
    return false;
  }
})();

function bytesOf(text) {
  if (!/^[\w-]+$/.test(text) || text.length % 4 === 1) throw new Refusal("damaged");
  return Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
}

const textOf = (bytes) => new TextDecoder("utf-8", { fatal: true }).decode(bytes);

// Only our own addresses are ever asked: a foreign link could otherwise dress its page as ours.
function ours(text, path) {
  let url;
  try {
    url = new URL(text);
  } catch {
    throw new Refusal("broken");
  }
  if (url.origin !== location.origin) throw new Refusal("foreign");
  if (!path.test(url.pathname) || url.search || url.hash || url.username || url.password) {
    throw new Refusal("broken");
  }
  return url.href;
}

function readLink(fragment) {
  let said = null;
  try {
    if (fragment.startsWith("#shlink:/")) said = JSON.parse(textOf(bytesOf(fragment.slice(9))));
  } catch {
    said = null;
  }
  const { url, key, flag = "", v = 1 } = said || {};
  if (said && Number.isInteger(v) && v > 1) throw new Refusal("newer");
  if (v !== 1 || typeof url !== "string" || url.length > 128 || typeof key !== "string") {
    throw new Refusal("broken");
  }
  if (!KEY.test(key) || typeof flag !== "string" || !/^[A-Z]{0,9}$/.test(flag)) {
    throw new Refusal("broken");
  }
  const direct = flag.includes("U");
  if (direct && flag.includes("P")) throw new Refusal("broken");
  return { url: ours(url, direct ? DIRECT : MANIFEST), key: bytesOf(key), direct };
}

async function fetchText(url, options) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const response = await fetch(url, {
      mode: "same-origin",
      credentials: "omit",
      cache: "no-store",
      redirect: "error",
      referrerPolicy: "no-referrer",
      signal: stop.signal,
      ...options,
    });
    return [response, await response.text()];
  } catch {
    throw new Refusal("offline");
  } finally {
    clearTimeout(timer);
  }
}

// An answer that was not given is not sent, so that the service can say what it asks for without
// counting a try. `look` proves that the same reader is only checking an open page.
async function askManifest(visit, { answer, again }) {
  const body = { recipient: RECIPIENT, embeddedLengthMax: 200000, _zip: canUnpack };
  if (answer !== undefined) body.passcode = answer;
  if (again) body._again = visit.look;
  const [response, text] = visit.direct
    ? await fetchText(visit.url + "?recipient=" + encodeURIComponent(RECIPIENT), {})
    : await fetchText(visit.url, {
        method: "POST",
        headers: { "content-type": "application/json", accept: "application/json" },
        body: JSON.stringify(body),
      });
  let said = null;
  try {
    const alone = visit.direct && response.ok;
    said = alone ? { files: [{ contentType: FHIR, embedded: text.trim() }] } : JSON.parse(text);
  } catch {
    if (response.ok) throw new Refusal("damaged");
  }
  const wait = parseInt(response.headers.get("retry-after"), 10);
  return { status: response.status, said: said || {}, wait: wait > 0 ? Math.min(wait, 3600) : 30 };
}

async function unpack(bytes) {
  const packed = new Blob([bytes]).stream();
  const reader = packed.pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const parts = [];
  for (let size = 0; ; ) {
    const { done, value } = await reader.read();
    if (done) return new Uint8Array(await new Blob(parts).arrayBuffer());
    size += value.length;
    if (size > UNPACKED_LIMIT) {
      reader.cancel();
      throw new Refusal("damaged");
    }
    parts.push(value);
  }
}

// SMART Health Links: compact JWE, direct key, AES-256-GCM, and nothing else.
async function decrypt(token, key) {
  const [head, wrapped, iv, body, tag, ...more] = token.split(".");
  if (wrapped !== "" || !tag || more.length) throw new Refusal("damaged");
  const header = JSON.parse(textOf(bytesOf(head)));
  const known = Object.keys(header).every((name) => ["alg", "enc", "cty", "zip"].includes(name));
  const right = header.alg === "dir" && header.enc === "A256GCM" && header.cty === FHIR;
  if (!known || !right || !(header.zip === undefined || header.zip === "DEF")) {
    throw new Refusal("damaged");
  }
  const nonce = bytesOf(iv);
  const seal = bytesOf(tag);
  if (nonce.length !== 12 || seal.length !== 16) throw new Refusal("damaged");
  const sealed = await new Blob([bytesOf(body), seal]).arrayBuffer();
  const secret = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["decrypt"]);
  const how = { name: "AES-GCM", iv: nonce, additionalData: new TextEncoder().encode(head) };
  const plain = new Uint8Array(await crypto.subtle.decrypt(how, secret, sealed));
  return textOf(header.zip ? await unpack(plain) : plain);
}

async function openFile(visit, said) {
  const file = (Array.isArray(said.files) ? said.files : []).find((one) => one.contentType === FHIR);
  if (!file) throw new Refusal("damaged");
  if (file.status === "no-longer-valid") throw new Refusal("withdrawn");
  let token = file.embedded;
  if (typeof token !== "string") {
    const [response, text] = await fetchText(ours(file.location, FILE), {});
    if (!response.ok) throw new Refusal("unwell");
    token = text.trim();
  }
  return decrypt(token, visit.key);
}

// What the page's own frame needs from the document; the rest is the narrative's business.
function readDocument(text) {
  const bundle = JSON.parse(text);
  const all = bundle.entry.map((entry) => entry.resource);
  const [about] = all;
  if (bundle.resourceType !== "Bundle" || bundle.type !== "document") throw new Refusal("damaged");
  if (about.resourceType !== "Composition" || typeof about.text.div !== "string") {
    throw new Refusal("damaged");
  }
  const person = all.find((one) => one.resourceType === "Patient") || {};
  const names = person.name || [];
  const name = names.find((one) => one.use === "official") || names[0] || {};
  const added = (name) => (about.extension || []).filter((one) => one.url.endsWith(name));
  const notices = added("/day-notice").map((one) =>
    Object.fromEntries(one.extension.map((it) => [it.url, it.valueString || it.valueDate])),
  );
  const [numbered] = added("-versionNumber");
  const signed = (about.attester || []).find((one) => one.mode !== "personal" && one.time);
  return {
    text,
    div: about.text.div,
    name: name.text || [...(name.given || []), name.family].filter(Boolean).join(" "),
    born: person.birthDate,
    notices,
    number: numbered && Number(numbered.valueString),
    signed: signed && signed.time,
    dated: about.date,
  };
}

async function unlock(visit, said) {
  try {
    const plan = readDocument(await openFile(visit, said));
    const state = said._state || {};
    // An older plan under the same key is as well sealed as the newest: both sides name theirs.
    const newest = Math.max(state.version || 0, visit.plan ? visit.plan.number || 0 : 0);
    if (plan.number && newest && plan.number !== newest) throw new Refusal("damaged");
    visit.look = said._look;
    return { ...plan, state };
  } catch (problem) {
    throw problem instanceof Refusal ? problem : new Refusal("damaged");
  }
}
