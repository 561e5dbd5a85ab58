// From a manifest to a document: decrypt on this device, unpack with a limit, read what the page's
// frame needs.

const FILE = /^\/f\/[\w-]{1,100}$/;
const UNPACKED_LIMIT = 8e6;

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
    // Only a look that was counted has one; a check of an open page does not take it away.
    visit.reply = said._reply || visit.reply;
    return { ...plan, state, going: said._visit };
  } catch (problem) {
    throw problem instanceof Refusal ? problem : new Refusal("damaged");
  }
}
