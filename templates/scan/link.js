// From a scanned link to its manifest: read it strictly, ask only our own service. Whatever is not
// as it should be is a Refusal; nothing is guessed. It comes first in the page, so that asking need
// not wait for the rest to arrive.

// The message of a Refusal is the name of a sentence in W.
class Refusal extends Error {}

const KEY = /^[\w-]{43}$/;
const MANIFEST = /^\/m\/[\w-]{43}$/;
// Flag U: the address is that of the one file, which has no manifest and asks nothing.
const DIRECT = /^\/u\/[\w-]{43}$/;
const FHIR = "application/fhir+json";
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
