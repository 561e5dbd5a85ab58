// Opens the copy that this phone keeps. It asks the service first, if it can, whether the phone may
// still keep it: a phone that was lost erases its copy the next time it has a signal.

const RECHECK = 120000;
const HURRY = 8000;
const GIVEN = ".dose:not(.stopped):not(.unsigned)";
const [nameLine, factsBox, noteLine, main, foot] = ["v-name", "v-facts", "v-note", "v-main", "v-foot"].map((id) =>
  document.getElementById(id),
);
let shown = null;
let asked = 0;

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const LONDON = { timeZone: "Europe/London" };
const day = (when) => new Date(when).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric", ...LONDON });
const moment = (when) => `${day(when)}, ${new Date(when).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", ...LONDON })}`;
const today = () => new Date().toLocaleDateString("sv-SE", LONDON);

function button(text, act, look) {
  const made = element("button", look || "", text);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

function link(text, address) {
  const made = element("a", "", text);
  made.href = address;
  return element("p", "", made);
}

function setFrame(title, ...facts) {
  nameLine.textContent = title;
  factsBox.replaceChildren(...facts);
}

function tell(name, ...help) {
  const [title, text] = W[name];
  const said = element("section", "v-tell", element("h2", "", title), element("p", "", text), ...help);
  said.setAttribute("role", "alert");
  shown = null;
  setFrame(W.title);
  noteLine.textContent = "";
  foot.replaceChildren();
  document.body.className = "";
  main.replaceChildren(said);
}

const keepAnew = () => link(W.keepLink, "/plan/phone/keep");

// Another page of the person's was wanted, and there was no signal to fetch it.
const instead = location.pathname !== "/my-copy";

function tellNone() {
  const again = button(W.again, () => location.reload());
  if (!instead) return tell("none", keepAnew());
  tell("offline", again);
  main.append(element("p", "v-tell", W.none[0] + ". " + W.none[1]));
}

// ---- the phone and the service ----

async function ask(body) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), HURRY);
  try {
    return await fetch("/my-copy/still", {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify(body),
      credentials: "omit",
      cache: "no-store",
      redirect: "error",
      referrerPolicy: "no-referrer",
      signal: stop.signal,
    });
  } finally {
    clearTimeout(timer);
  }
}

async function eraseFor(name, token, cause) {
  await vault.erase();
  tell(name, keepAnew());
  if (cause) await ask({ token, gone: cause }).catch(() => {});
}

// What the service last said is kept beside the copy: without a signal a stopped dose stays hidden.
async function check() {
  const copy = await vault.read();
  if (!copy) return shown ? tell("erased", keepAnew()) : undefined;
  asked = Date.now();
  let said;
  try {
    const answer = await ask({ token: copy.token });
    said = await answer.json();
    if (answer.status === 410 && said.keep === false) return eraseFor("forgotten");
    if (answer.status !== 200 || said.keep !== true) return undefined;
  } catch {
    return undefined;
  }
  const now = await vault.change({ checked_at: new Date().toISOString(), newest: said.newest, dose: said.dose });
  if (now && shown) drawFrame(Object.assign(shown, { copy: now }));
  return undefined;
}

// ---- asking for the PIN ----

function countDown(until, shut, words) {
  const tick = () => {
    const left = Math.ceil((until - Date.now()) / 1000);
    shut.disabled = left > 0;
    shut.textContent = left > 0 ? fill(W.waiting, { n: left }) : words;
    if (left > 0 && shut.isConnected) setTimeout(tick, 1000);
  };
  tick();
}

const keptLine = (copy) => element("p", "v-hint", fill(W.keptOn, { kept: day(copy.kept_at), until: day(copy.expires_at) }));

function askPin(copy) {
  const input = element("input");
  const label = element("label", "", W.pin);
  const error = element("p", "v-error");
  const go = element("button", "", W.open);
  const form = element("form", "v-tell", label, error, input, go, keptLine(copy));
  Object.assign(input, { id: "m-pin", type: "password", inputMode: "numeric", autocomplete: "off", maxLength: 12 });
  input.setAttribute("aria-describedby", "m-error");
  label.htmlFor = "m-pin";
  error.id = "m-error";
  error.setAttribute("role", "alert");
  form.noValidate = true;
  const fail = (text) => {
    error.textContent = text;
    input.setAttribute("aria-invalid", "true");
    input.value = "";
    input.focus();
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (go.disabled) return;
    const pin = input.value.trim();
    if (!vault.may_be_pin(pin)) return fail(W.digits);
    go.disabled = true;
    go.textContent = W.opening;
    const found = await vault.open_with_pin(pin);
    go.disabled = false;
    go.textContent = W.open;
    if (found.text) return show(found.text);
    if (found.gone) return tellNone();
    if (found.spent) return eraseFor("spent", copy.token, "wrong_pins");
    fail([W.wrong, fill(W.left, { n: found.left }), found.wait ? fill(W.wait, { n: found.wait }) : ""].join(" "));
    if (found.wait) countDown(Date.now() + found.wait * 1000, go, W.open);
    return undefined;
  });
  setFrame(W.title);
  main.replaceChildren(form);
  drawFoot(copy);
  if (copy.wait_until > Date.now()) countDown(copy.wait_until, go, W.open);
  input.focus();
}

function askPasskey(copy) {
  const error = element("p", "v-error");
  error.setAttribute("role", "alert");
  const go = button(W.usePasskey, async () => {
    error.textContent = "";
    try {
      const found = await vault.open_with_passkey();
      if (found.gone) tellNone();
      else show(found.text);
    } catch {
      error.textContent = W.passkeyFailed;
    }
  });
  setFrame(W.title);
  main.replaceChildren(element("section", "v-tell", error, go, keptLine(copy)));
  drawFoot(copy);
  go.focus();
}

function drawFoot(copy) {
  const first = button(W.erase, () => foot.replaceChildren(
    button(W.eraseNow, () => eraseFor("erased", copy.token, "on_it")),
    button(W.keepIt, () => drawFoot(copy), "m-quiet"),
  ), "m-quiet");
  const online = instead ? [button(W.again, () => location.reload(), "m-quiet")] : [];
  foot.replaceChildren(...online, first);
}

// ---- the plan ----

function show(text) {
  const plan = JSON.parse(text);
  vault.read().then((copy) => {
    if (!copy) return tellNone();
    try {
      const { body, lost } = rebuild(plan.narrative);
      document.body.className = "mine";
      main.replaceChildren(body);
      shown = { plan, copy, warned: null };
      if (lost.length) main.prepend(element("p", "v-lost", W.cut));
    } catch {
      return tell("damaged", keepAnew());
    }
    drawFrame(shown);
    drawFoot(copy);
    nameLine.focus();
    return stayLit();
  });
}

async function stayLit() {
  try {
    await navigator.wakeLock?.request("screen");
  } catch {
    // A low battery may refuse; the page is read all the same.
  }
}

function chipOf({ plan, copy }) {
  if (copy.dose === "stopped") return { tone: "stop", label: W.noDose, words: "" };
  const { signed_until: until, review_due: due, chip } = plan;
  if (chip.tone !== "ok") return chip;
  if (until && today() > until) return { tone: "warn", label: W.overdue, words: fill(W.ranOut, { day: day(until) }) };
  if (due && today() > due) return { tone: "warn", label: W.overdue, words: fill(W.wasDue, { day: day(due) }) };
  return chip;
}

function drawFrame(now) {
  const { plan, copy } = now;
  const { tone, label, words } = chipOf(now);
  const sign = element("span", "", W.signs[has(W.signs, tone) ? tone : "warn"] + " ");
  sign.setAttribute("aria-hidden", "true");
  const chip = element("strong", "v-chip v-" + tone, sign, label);
  const facts = [
    fill(W.facts, { version: copy.version, kept: moment(copy.kept_at), checked: moment(copy.checked_at) }),
    plan.signed_until ? fill(W.signedUntil, { day: day(plan.signed_until) }) : W.neverSigned,
    plan.review_due ? fill(W.dueOn, { day: day(plan.review_due) }) : "",
  ];
  const said = plan.notices.filter((one) => (!one.since || one.since <= today()) && (!one.until || today() <= one.until));
  const lines = said.map((one) => element("p", "v-words", one.text));
  setFrame(W.read, element("p", "v-state", chip, " " + words), ...lines, element("p", "m-facts", facts.join(" ")));
  warn(now);
  if (copy.dose === "stopped") cover();
}

function warn(now) {
  const { copy } = now;
  const newer = copy.newest > copy.version;
  const words = copy.dose === "signed anew" ? W.signedAnew : newer ? fill(W.newer, copy) : "";
  if (now.warned) now.warned.remove();
  now.warned = null;
  if (!words) return;
  now.warned = element("div", "m-warn", element("p", "", words), keepAnew());
  now.warned.setAttribute("role", "alert");
  main.prepend(now.warned);
}

// The dose is taken out of the page, not painted over. A copy that says itself that the dose was
// stopped says it better.
function cover() {
  const doses = main.querySelectorAll(GIVEN);
  if (!doses.length) return;
  const [title, text] = W.stopped;
  const box = element("section", "v-cover", element("h2", "", title), element("p", "", text));
  box.setAttribute("role", "alert");
  doses[0].before(box);
  for (const gone of [...doses, ...main.querySelectorAll(".before, .next")]) gone.remove();
}

// ---- beginning ----

async function begin() {
  if (!window.crypto || !crypto.subtle || !window.indexedDB) return tell("unable");
  const copy = await vault.read();
  if (!copy) return tellNone();
  if (Date.now() >= Date.parse(copy.expires_at)) return eraseFor("expired");
  if (copy.how === "passkey") askPasskey(copy);
  else askPin(copy);
  return check();
}

function look() {
  if (!document.hidden && Date.now() - asked > 10000) check();
}

for (const sign of ["focus", "online", "pageshow"]) addEventListener(sign, look);
setInterval(() => {
  if (shown && Date.now() >= Date.parse(shown.copy.expires_at)) eraseFor("expired");
  else look();
}, RECHECK);
asked = Date.now();
begin();
