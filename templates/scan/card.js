// A signed card (SMART Health Card) read on this device: its digits are turned back into letters, the
// signature is checked with the keys of this page's own service, and only then is anything unpacked.
// Whatever is not as it should be is a Refusal; nothing is guessed, and no unchecked word is shown.

// The message of a Refusal is the name of a sentence in W.
class Refusal extends Error {}

const MOST_DIGITS = 8000;
const MOST_UNPACKED = 256e3;
const PATIENCE = 8000;
const RECHECK = 120000;
const AT_MOST_EVERY = 10000;
// A keys file older than this was not fetched just now, whoever handed it over.
const JUST_NOW = 600000;
const LEEWAY = 600000;
const KEYS = "/.well-known/jwks.json";
const [nameLine, factsBox, noteLine, main] = ["v-name", "v-facts", "v-note", "v-main"].map((id) =>
  document.getElementById(id),
);

// What this page fetched while it was open, for when the signal goes. Never kept any longer.
const seen = {};
let visit = {};

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const has = (object, name) => Object.prototype.hasOwnProperty.call(object, name);
const list = (value) => (Array.isArray(value) ? value : []);
const words = (value) => (typeof value === "string" ? value.trim() : "");

// ---- from digits to a card that is known to be genuine ----

function bytesOf(text) {
  if (!/^[\w-]+$/.test(text) || text.length % 4 === 1) throw new Refusal("broken");
  return Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
}

const textOf = (bytes) => new TextDecoder("utf-8", { fatal: true }).decode(bytes);

function objectIn(bytes, trouble) {
  try {
    const found = JSON.parse(textOf(bytes));
    if (found && typeof found === "object" && !Array.isArray(found)) return found;
  } catch {
    // Said below.
  }
  throw new Refusal(trouble);
}

// Two digits for each letter, counted from the hyphen on.
function readDigits(fragment) {
  const text = fragment.replace(/^#/, "");
  if (/^shc:\/\d+\/\d+\//.test(text)) throw new Refusal("pieces");
  const digits = text.startsWith("shc:/") ? text.slice(5) : "";
  if (digits.length > MOST_DIGITS || !/^(\d\d)+$/.test(digits)) throw new Refusal("broken");
  const codes = digits.match(/../g).map((pair) => Number(pair) + 45);
  if (codes.some((code) => code > 122)) throw new Refusal("broken");
  const jws = String.fromCharCode(...codes);
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(jws)) throw new Refusal("broken");
  return jws;
}

function readHeader(part) {
  const header = objectIn(bytesOf(part), "broken");
  const plain = header.alg === "ES256" && header.zip === "DEF" && Object.keys(header).length === 3;
  if (!plain || typeof header.kid !== "string" || !/^[\w-]{43}$/.test(header.kid)) {
    throw new Refusal("forged");
  }
  return header;
}

// Only this page's own origin is ever asked. Without an answer, what this page had before.
async function fetchKept(path) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const response = await fetch(path, {
      mode: "same-origin",
      credentials: "omit",
      cache: "no-cache",
      redirect: "error",
      referrerPolicy: "no-referrer",
      signal: stop.signal,
    });
    if (!response.ok) throw new Refusal("unchecked");
    const at = Date.parse(response.headers.get("date")) || null;
    const found = { said: await response.json(), at };
    // What does not say when it was fetched is taken for old.
    const kept = navigator.serviceWorker?.controller && Math.abs(Date.now() - at) > JUST_NOW;
    const fresh = !!at && !kept;
    seen[path] = found;
    return { ...found, fresh };
  } catch {
    return seen[path] ? { ...seen[path], fresh: false } : null;
  } finally {
    clearTimeout(timer);
  }
}

async function isSigned(parts, key) {
  const { kty, crv, x, y } = key;
  const how = { name: "ECDSA", namedCurve: "P-256" };
  const known = await crypto.subtle.importKey("jwk", { kty, crv, x, y }, how, false, ["verify"]);
  const said = new TextEncoder().encode(`${parts[0]}.${parts[1]}`);
  const signature = bytesOf(parts[2]);
  if (signature.length !== 64) return false;
  return crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, known, signature, said);
}

async function unpack(bytes) {
  const packed = new Blob([bytes]).stream();
  const reader = packed.pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const parts = [];
  for (let size = 0; ; ) {
    const { done, value } = await reader.read();
    if (done) return new Uint8Array(await new Blob(parts).arrayBuffer());
    size += value.length;
    if (size > MOST_UNPACKED) {
      reader.cancel();
      throw new Refusal("forged");
    }
    parts.push(value);
  }
}

// A list of withdrawn cards names a card, or a card "until" a time: then those made before it.
function isWithdrawn(crl, card) {
  const { rid } = card.vc;
  return list(crl.rids).some((one) => {
    const [name, until] = String(one).split(".");
    return name === rid && (until === undefined || card.nbf < Number(until));
  });
}

function checked(card) {
  const { iss, nbf, exp, vc } = card;
  const subject = vc && vc.credentialSubject;
  const bundle = subject && subject.fhirBundle;
  if (iss !== location.origin) throw new Refusal("foreign");
  if (!list(vc && vc.type).includes("https://smarthealth.cards#health-card")) throw new Refusal("broken");
  if (typeof nbf !== "number" || typeof exp !== "number") throw new Refusal("broken");
  if (!bundle || bundle.resourceType !== "Bundle" || !list(bundle.entry).length) throw new Refusal("broken");
  return bundle;
}

// -> everything the page needs to draw, or a Refusal.
async function open(jws) {
  const parts = jws.split(".");
  const { kid } = readHeader(parts[0]);
  const keys = await fetchKept(KEYS);
  if (!keys) throw new Refusal("unchecked");
  const key = list(keys.said.keys).find((one) => one.kid === kid);
  if (!key) throw new Refusal(keys.fresh ? "foreign" : "unknown");
  if (key.kty !== "EC" || key.crv !== "P-256" || !(await isSigned(parts, key))) throw new Refusal("forged");
  const card = objectIn(await unpack(bytesOf(parts[1])), "broken");
  const bundle = checked(card);
  const crl = await fetchKept(`/.well-known/crl/${kid}.json`);
  const fresh = keys.fresh && !!crl && crl.fresh;
  // By the service's clock where there is one; a device set to a day before its keys is wrong.
  const now = keys.fresh ? keys.at : Math.max(Date.now(), keys.at || 0);
  if (card.nbf * 1000 > now + LEEWAY) throw new Refusal("clock");
  return { card, bundle, crl, keys, fresh, now, revoked: !!crl && isWithdrawn(crl.said, card) };
}

// ---- days ----

const dayAt = (when) => new Date(when).toLocaleDateString("en-CA", { timeZone: "Europe/London" });

function day(text) {
  const parts = /^(\d{4})-(\d\d)-(\d\d)/.exec(text || "");
  if (!parts) return words(text);
  const how = { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" };
  return new Date(`${parts[0]}T00:00:00Z`).toLocaleDateString("en-GB", how);
}

function clock(when) {
  if (!when) return W.noTime;
  const how = { hour: "2-digit", minute: "2-digit", timeZone: "Europe/London" };
  return `${day(dayAt(when))}, ${new Date(when).toLocaleTimeString("en-GB", how)}`;
}

function ageOn(born, today) {
  const [a, b] = [born, today].map((one) => /^(\d{4})-(\d\d)-(\d\d)$/.exec(one || ""));
  if (!a || !b || born > today) return "";
  const months = (b[1] - a[1]) * 12 + (b[2] - a[2]) - (b[3] < a[3] ? 1 : 0);
  return months < 24 ? fill(W.months, { n: months }) : fill(W.years, { n: Math.floor(months / 12) });
}

// ---- small pieces: text is only ever text ----

function element(tag, look, ...inside) {
  const made = document.createElement(tag);
  if (look) made.className = look;
  made.append(...inside);
  return made;
}

function telLink(phone) {
  const made = element("a", "", phone);
  made.href = "tel:" + phone.replace(/[^\d+]/g, "");
  return made;
}

const canRing = (phone) => /^\+?[\d()\s-]{3,24}$/.test(phone);

function ringLine(phones) {
  const good = phones.filter(canRing);
  if (!good.length) return element("p", "v-ring", W.ringCard);
  const shown = good.flatMap((one) => [" ", telLink(one)]);
  return element("p", "v-ring", W.ring, ...shown);
}

function wayLines() {
  const door = element("a", "", W.door);
  const scan = element("a", "", W.scan);
  door.href = W.doorAddress;
  scan.href = W.scanAddress;
  return [element("p", "", scan), element("p", "", door)];
}

function button(text, act) {
  const made = element("button", "", text);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

function chip(tone, label) {
  const sign = element("span", "", W.signs[tone] + " ");
  sign.setAttribute("aria-hidden", "true");
  return element("strong", "v-chip v-" + tone, sign, label);
}

function setFrame(title, ...facts) {
  nameLine.replaceChildren(element("bdi", "", title));
  factsBox.replaceChildren(...facts);
  noteLine.textContent = "";
}

function tell(name, ...help) {
  const [title, text] = W[name];
  setFrame(W.title);
  const said = element("section", "v-tell", element("h2", "", title), element("p", "", text), ...help);
  said.setAttribute("role", "alert");
  main.replaceChildren(said);
}

// ---- what the card says ----

// A code that the words beside it do not say already. One that is not in our table is shown too.
function codeWords(concept, said) {
  const found = list(concept && concept.coding).map(({ system, code }) =>
    system === W.snomed && has(W.codes, code) ? W.codes[code] : fill(W.unknownCode, { code: words(code) }),
  );
  const told = said.toLocaleLowerCase();
  return found.filter((one) => !told.includes(one.toLocaleLowerCase()));
}

function noted(resource, concept) {
  const said = list(resource.note).map((one) => words(one.text)).filter(Boolean);
  const codes = codeWords(concept, said.join(" ")).filter((one) => one !== W.codes[W.noAllergy] || !said.length);
  return [...said, ...codes];
}

function section(look, title, ...inside) {
  return element("div", look, ...(title ? [element("h2", "", title)] : []), ...inside);
}

// A note that opens with one of our headings, in two: the heading and what it says.
function headed(text, heads) {
  const head = heads.find((one) => text.startsWith(one + ":") || text.startsWith(one + "."));
  return head && { head, rest: text.slice(head.length + 1).trim() };
}

// What stands in a resource of its own where there was room, and else in a note.
function allergies(said) {
  const { look, head, lines } = said.told.allergies.reduce(
    (all, one) => ({ look: one.look, head: one.head, lines: [...all.lines, one.rest] }),
    { look: "", head: W.allergies, lines: said.allergies.map((one) => noted(one, one.code).join(": ")) },
  );
  const shown = lines.filter((one) => one && one !== head);
  const none = said.allergies.length && said.allergies.every(isNone);
  if (!shown.length && !none) return [];
  return [section("allergies " + (look || (none ? "none" : "listed")), head, ringList(shown))];
}

const isNone = ({ code }) => list(code && code.coding).some((one) => one.code === W.noAllergy);

// The text with every telephone number in it ready to be rung.
function ringable(text) {
  return text.split(/((?:\+\d|\b0)[\d ()-]{7,18}\d)/).map((part, at) => (at % 2 ? telLink(part) : part));
}

const ringList = (lines) =>
  element("ul", "", ...lines.map((one) => element("li", "", ...ringable(one))));

const told = (found, look) =>
  found.map(({ head, rest }) => section(look, head, element("p", look === "phone24" ? "" : "big", ...ringable(rest))));

// The dose exactly as it was signed: its first words stand large; nothing is added or taken away.
function dose(request, at) {
  const said = list(request.dosageInstruction).map((one) => words(one.text)).join(" ");
  const drug = request.medicationReference ? [words(request.medicationReference.display)] : [];
  const named = [...drug, ...codeWords(request.medicationCodeableConcept, said)];
  const before = named.filter((one) => one && !said.toLocaleLowerCase().includes(one.toLocaleLowerCase()));
  const whole = [...before, said].join(": ");
  const cut = (whole + "; ").indexOf("; ");
  const lines = [element("p", "big", whole.slice(0, cut))];
  if (cut < whole.length) lines.push(element("p", "", whole.slice(cut + 2)));
  for (const one of list(request.note)) lines.push(element("p", "", words(one.text)));
  return section(at ? "dose" : "dose first", at ? W.alsoSigned : W.firstDose, ...lines);
}

// The notes by their headings; what has none of ours keeps its place in the rest.
function sorted(notes) {
  const found = { allergies: [], stopped: [], unsigned: [], flags: [], phone: [], rest: [] };
  for (const text of notes) {
    const [kind, look, heads] = W.heads.find(([, , every]) => headed(text, every)) || ["rest", "", []];
    found[kind].push(kind === "rest" ? text : { look, ...headed(text, heads) });
  }
  return found;
}

// Every member that this page reads, or may leave unread because it always says the same. A newer card
// may hold more: that is named, and a dose is not shown by half.
const MEMBERS = {
  Patient: ["name", "birthDate"],
  AllergyIntolerance: ["patient", "note", "code", "clinicalStatus"],
  MedicationRequest: [
    ...["status", "intent", "subject", "note"],
    ...["medicationCodeableConcept", "medicationReference", "dosageInstruction"],
  ],
  Condition: ["subject", "note", "code"],
  CarePlan: ["status", "intent", "subject", "note", "period", "title"],
};

const kindOf = (resource) => words(resource.resourceType) || W.noKind;

function unread(resource) {
  const kind = kindOf(resource);
  if (!has(MEMBERS, kind)) return [kind];
  const known = ["resourceType", ...MEMBERS[kind]];
  const more = Object.keys(resource).filter((name) => !known.includes(name));
  const status = resource.status === undefined || resource.status === "active" ? [] : ["status"];
  return [...more, ...status].map((name) => `${kind} ${name}`);
}

function read(bundle) {
  const all = list(bundle.entry).map((entry) => (entry && entry.resource) || {});
  const of = (kind) => all.filter((one) => one.resourceType === kind);
  const [patient, ...patients] = of("Patient");
  const [plan, ...plans] = of("CarePlan");
  if (!patient || !plan) throw new Refusal("broken");
  const notes = sorted(list(plan.note).map((one) => words(one.text)).filter(Boolean));
  const numbers = notes.phone.flatMap(({ rest }) => ringable(rest).filter((one) => one.href));
  return {
    name: list(patient.name).map((one) => words(one.text)).find(Boolean) || W.noName,
    born: words(patient.birthDate),
    allergies: of("AllergyIntolerance"),
    doses: of("MedicationRequest").filter((one) => !unread(one).length),
    conditions: of("Condition").map((one) => noted(one, one.code).join(": ")),
    title: words(plan.title),
    due: words(plan.period && plan.period.end),
    told: notes,
    phones: numbers.map((one) => one.textContent),
    strange: [...patients, ...plans].map(kindOf).concat(all.flatMap(unread)),
  };
}

// A card ends when its last day is over; the end is the first moment after.
const lastDay = (v) => day(new Date(v.card.exp * 1000 - 1).toISOString().slice(0, 10));

// -> [tone, label, words]: whether it may be used today.
function standing(v, said) {
  const today = dayAt(v.now);
  if (v.revoked) return ["stop", ...W.revoked];
  if (v.now >= v.card.exp * 1000) return ["stop", W.tooOld[0], fill(W.tooOld[1], { day: lastDay(v) })];
  if (said.told.stopped.length) return ["stop", said.told.stopped[0].head, ""];
  if (said.due && said.due < today) return ["warn", W.overdue[0], fill(W.overdue[1], { day: day(said.due) })];
  if (!said.doses.length) return ["warn", W.noDose, ""];
  return ["ok", W.current, ""];
}

// What the check rests on, and what it cannot know.
function checkLines(v) {
  const lines = [];
  if (v.fresh) lines.push(fill(W.checkedNow, { time: clock(v.keys.at) }));
  else lines.push(fill(W.checkedWith, { time: clock(v.keys.at) }));
  if (!v.crl) lines.push(W.noList);
  else if (!v.fresh) lines.push(fill(W.listSince, { time: clock(v.crl.at) }));
  return lines;
}

function draw(v) {
  const said = read(v.bundle);
  const [tone, label, why] = standing(v, said);
  const born = said.born && fill(W.born, { date: day(said.born) });
  const about = [born, ageOn(said.born, dayAt(v.now)), said.title];
  const facts = [element("p", "v-state", chip(tone, label))];
  facts.push(element("p", "v-born", element("b", "", about.filter(Boolean).join(" · "))));
  if (why && tone !== "stop") facts.push(element("p", "v-words", why));
  setFrame(said.name, ...facts);
  document.title = W.title;
  noteLine.textContent = v.fresh ? "" : checkLines(v).join(" ");
  const body = element("div", "plan");
  if (tone === "stop" && why) {
    const inside = [element("h2", "", W.doNotUse), element("p", "", why), ringLine(said.phones)];
    const stop = element("section", "v-cover", ...inside);
    stop.setAttribute("role", "alert");
    body.append(stop);
  }
  body.append(...(v.revoked ? [] : clinical(said, tone)));
  body.append(...afterwards(v, said));
  main.replaceChildren(body);
}

function clinical(said, tone) {
  const { stopped, unsigned, flags, phone, rest } = said.told;
  const known = allergies(said);
  const others = rest.length ? [section("more", W.notes, ringList(rest))] : [];
  const parts = [element("p", "check", W.check), ...known];
  // A card of ours always says of allergies; where this page cannot tell, the notes come first.
  if (!known.length) parts.push(...others.splice(0));
  parts.push(...told(stopped, "dose stopped"));
  // What is too old is too old in its notes too, for they may speak of a dose.
  if (tone !== "stop") parts.push(...told(unsigned, "dose unsigned"), ...said.doses.map(dose));
  if (flags.length) parts.push(section("flags", flags[0].head, ringList(flags.map((one) => one.rest))));
  const type = said.conditions.join("; ");
  if (type) parts.push(section("genotype", W.condition, element("p", "", element("bdi", "", type))));
  parts.push(...told(phone, "phone24"));
  if (tone !== "stop" || stopped.length) parts.push(...others);
  if (said.strange.length) parts.push(element("p", "v-lost", fill(W.strange, { kinds: said.strange.join(", ") })));
  return parts;
}

function afterwards(v, said) {
  const lines = v.revoked ? [] : [W.short, fill(W.until, { day: lastDay(v) })];
  if (!v.revoked && said.due) lines.push(fill(W.due, { day: day(said.due) }));
  // Without a signal the frame says it already, above everything.
  if (v.fresh) lines.push(...checkLines(v));
  return [element("div", "foot", ...lines.map((one) => element("p", "", one)))];
}

// ---- opening, and keeping an open page honest ----

async function load(mine) {
  if (mine.busy) return;
  mine.busy = true;
  mine.asked = Date.now();
  try {
    const v = await open(mine.jws);
    if (mine !== visit) return;
    const first = !mine.shown;
    draw(v);
    mine.shown = true;
    if (first) nameLine.focus();
  } catch (problem) {
    const name = problem instanceof Refusal ? problem.message : "broken";
    // A page that was checked once stays, and its own line says when that was.
    if (mine !== visit || (mine.shown && name === "unchecked")) return;
    mine.shown = false;
    mine.retry = name === "unchecked" || name === "unknown";
    const help = mine.retry ? [button(W.again, () => load(mine))] : [];
    tell(name, ...help, ringLine([]), ...wayLines());
  } finally {
    mine.busy = false;
  }
}

function look() {
  const due = Date.now() - (visit.asked || 0) > AT_MOST_EVERY;
  if (!document.hidden && due && (visit.shown || visit.retry)) load(visit);
}

function begin() {
  const fragment = location.hash;
  history.replaceState(null, "", location.pathname);
  visit = {};
  if (fragment.length < 2) return tell("nothing", ringLine([]), ...wayLines());
  if (!window.crypto || !crypto.subtle || !window.DecompressionStream) {
    return tell("unable", ringLine([]), ...wayLines());
  }
  try {
    visit = { jws: readDigits(fragment) };
  } catch (problem) {
    return tell(problem instanceof Refusal ? problem.message : "broken", ringLine([]), ...wayLines());
  }
  tell("opening");
  return load(visit);
}

addEventListener("hashchange", () => location.hash && begin());
for (const sign of ["focus", "online", "pageshow"]) addEventListener(sign, look);
document.addEventListener("visibilitychange", look);
setInterval(look, RECHECK);
begin();
