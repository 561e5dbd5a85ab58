// What the reader sees, state by state. `visit` is the one link being read and is replaced as a
// whole when another is scanned into this tab, so that a late answer about the first person can
// never be painted over the second. Nothing is kept outside this page's memory.

const RECHECK = 120000;
const AT_MOST_EVERY = 10000;
const [nameLine, factsBox, noteLine, main] = ["v-name", "v-facts", "v-note", "v-main"].map((id) =>
  document.getElementById(id),
);
let visit = {};

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

// ---- small pieces ----

function telLink(phone) {
  const made = element("a", "", phone);
  made.href = "tel:" + phone.replace(/[^\d+]/g, "");
  return made;
}

function ringLine(phone) {
  const good = typeof phone === "string" && /^\+?[\d()\s-]{3,24}$/.test(phone);
  return good ? element("p", "v-ring", W.ring + " ", telLink(phone)) : element("p", "", W.ringCard);
}

function doorLine(words = W.door, address = W.doorAddress) {
  const door = element("a", "", words);
  door.href = address;
  return element("p", "", door);
}

function button(text, act) {
  const made = element("button", "", text);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

function chip(tone, label) {
  const known = has(W.signs, tone) ? tone : "warn";
  const sign = element("span", "", W.signs[known] + " ");
  sign.setAttribute("aria-hidden", "true");
  return element("strong", "v-chip v-" + known, sign, label);
}

function day(text) {
  const parts = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?/.exec(text || "");
  if (!parts) return "";
  const [, year, month, date] = parts;
  const how = { year: "numeric", timeZone: "UTC" };
  if (month) how.month = "short";
  if (date) how.day = "numeric";
  return new Date(Date.UTC(year, (month || 1) - 1, date || 1)).toLocaleDateString("en-GB", how);
}

function clockTime(when) {
  const zone = { timeZone: "Europe/London" };
  const sameDay = [when, new Date()].map((one) => one.toLocaleDateString("en-GB", zone));
  const time = when.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", ...zone });
  return sameDay[0] === sameDay[1] ? time : `${time}, ${sameDay[0]}`;
}

// How old the plan is by the service's clock, not by that of a computer nobody has set.
function ageInWords(text, now) {
  const days = Math.floor((now - new Date(text)) / 864e5);
  if (!(days >= 0)) return "";
  const [count, unit] =
    days < 60 ? [days, "day"] : days < 730 ? [days / 30.44, "month"] : [days / 365.25, "year"];
  return new Intl.RelativeTimeFormat("en-GB", { numeric: "auto" }).format(-Math.round(count), unit);
}

// ---- the frame ----

function setFrame(title, ...facts) {
  nameLine.replaceChildren(element("bdi", "", title));
  factsBox.replaceChildren(...facts);
  noteLine.textContent = "";
  document.title = W.title;
}

function drawFrame(v) {
  const { plan, checked } = v;
  const { state } = plan;
  const born = [day(plan.born) && fill(W.born, { date: day(plan.born) }), state.age];
  const line = element("p", "v-born", element("b", "", born.filter(Boolean).join(" · ")));
  const dated = plan.signed || plan.dated;
  if (dated) {
    const age = ageInWords(dated, checked) || day(dated);
    line.append(" · " + fill(plan.signed ? W.signed : W.published, { age }));
  }
  const lines = [element("p", "v-state", chip(state.tone, state.label || W.noState)), line];
  if (state.words && state.tone !== "ok") lines.push(element("p", "v-words", state.words));
  if (state.printed_version && state.printed_version !== state.version) {
    lines.push(element("p", "v-words", fill(W.paper, { printed: state.printed_version, ...state })));
  }
  // Frozen with the days on which they are true, so that here only dates are compared.
  const today = checked.toLocaleDateString("sv", { timeZone: "Europe/London" });
  for (const { text, since = "", until = today } of plan.notices) {
    if (since <= today && today <= until) lines.push(element("p", "v-words", text));
  }
  setFrame(plan.name || W.noName, ...lines);
}

function afterLine({ plan, checked }) {
  const facts = [fill(W.checkedAt, { time: clockTime(checked) })];
  if (plan.state.version) facts.unshift(fill(W.version, plan.state));
  if (plan.state.tone === "ok" && plan.state.words) facts.push(plan.state.words);
  const crew = element("a", "", W.crew);
  crew.href = W.doorAddress + "?order=ambulance";
  return element("p", "v-after", facts.join(" ") + " ", crew);
}

// One message instead of a plan: title, text, then whatever helps.
function tell(name, ...help) {
  const [title, text] = W[name];
  setFrame(W.title);
  const said = element("section", "v-tell", element("h2", "", title));
  if (text) said.append(element("p", "", text));
  said.append(...help);
  said.setAttribute("role", "alert");
  main.replaceChildren(said);
}

function tellTrouble(v, name) {
  const again = ["offline", "unwell", "damaged"].includes(name);
  v.retry = name === "offline";
  const help = again ? [button(W.again, () => load(v, v.answer))] : [];
  tell(name, ...help, ringLine(v.phone), doorLine());
}

function tellDead(said) {
  const known = has(W.dead, said.state) ? W.dead[said.state] : W.deadOther;
  const help = [known, W.askNewest].map((text) => element("p", "", text));
  // Said of a locked link, where this service lets emergency departments look somebody up.
  if (said._door === "/emergency") help.push(doorLine(W.staffDoor, said._door));
  tell("gone", ...help, ringLine(said.phone), doorLine());
}

// The button counts down and stays shut meanwhile. It is no live region, so a screen reader hears
// the wait once and not thirty times.
function countDown(seconds, shut) {
  const until = Date.now() + seconds * 1000;
  const words = shut.textContent;
  const tick = () => {
    const left = Math.ceil((until - Date.now()) / 1000);
    shut.disabled = left > 0;
    shut.textContent = left > 0 ? fill(W.waiting, { n: left }) : words;
    if (left > 0 && shut.isConnected) setTimeout(tick, 1000);
  };
  tick();
}

// ---- asking for the birth date or passcode ----

function drawForm(v, asks, typed) {
  const words = has(W.asks, asks) ? W.asks[asks] : W.asks.other;
  const input = element("input");
  const label = element("label", "", words[0]);
  const hint = element("p", "v-hint", words[1]);
  const error = element("p", "v-error");
  const go = element("button", "", W.open);
  const form = element("form", "v-tell", label, hint, error, input, go, element("p", "", W.whyAsk));
  Object.assign(input, { id: "v-answer", type: "text", autocomplete: "off", spellcheck: false });
  input.setAttribute("autocapitalize", "none");
  input.setAttribute("aria-describedby", "v-hint v-error");
  input.value = typed || "";
  label.htmlFor = "v-answer";
  hint.id = "v-hint";
  error.id = "v-error";
  error.setAttribute("role", "alert");
  form.noValidate = true;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (input.value.trim()) load(v, input.value.trim());
    else v.form.fail(W.empty);
  });
  const fail = (text) => {
    error.textContent = text;
    input.setAttribute("aria-invalid", "true");
    input.focus();
    input.select();
  };
  v.form = { form, fail, error, go, input };
  setFrame(W.title);
  main.replaceChildren(form);
  input.focus();
}

const formIsOpen = (v) => v.form && v.form.form.isConnected;

function askAnswer(v, said, answer) {
  if (!formIsOpen(v)) drawForm(v, said._asks, answer);
  if (answer === undefined) return;
  const left = said.remainingAttempts;
  v.form.fail(W.wrong + (Number.isInteger(left) ? " " + fill(W.left, { n: left }) : ""));
}

function hold(v, seconds, answer) {
  if (formIsOpen(v)) {
    v.form.fail(fill(W.wait, { n: seconds }));
    return countDown(seconds, v.form.go);
  }
  const again = button(W.again, () => load(v, answer));
  tell("busy", again, ringLine(v.phone));
  return countDown(seconds, again);
}

// ---- opening ----

async function load(v, answer) {
  if (v.busy) return;
  v.busy = true;
  v.retry = false;
  v.asked = Date.now();
  v.answer = answer;
  if (formIsOpen(v)) v.form.go.disabled = true;
  else tell("opening", doorLine());
  try {
    const asked = takeEarly(v, answer) || askManifest(v, { answer });
    // A browser fetches its calendar when first asked for a day: now, while the line is slow.
    clockTime(new Date());
    day("2000-01-01");
    const reply = await asked;
    const plan = reply.status === 200 && (await unlock(v, reply.said));
    if (v !== visit) return;
    if (v.form) v.form.go.disabled = false;
    if (plan) show(v, plan);
    else if (reply.status === 401) askAnswer(v, reply.said, answer);
    else if (reply.status === 404) tellDead(reply.said);
    else if (reply.status === 429) hold(v, reply.wait, answer);
    else {
      v.phone = v.phone || reply.said.phone;
      throw new Refusal("unwell");
    }
  } catch (problem) {
    if (v === visit) tellTrouble(v, problem instanceof Refusal ? problem.message : "damaged");
  } finally {
    v.busy = false;
  }
}

function show(v, plan) {
  const { body, lost } = rebuild(plan.div);
  const phone = body.querySelector(".phone24 a[href]");
  v.plan = plan;
  v.phone = phone ? phone.textContent.trim().replace(/\s+/g, " ") : undefined;
  v.form = v.next = v.cover = undefined;
  markChecked(v, plan);
  drawFrame(v);
  main.replaceChildren(body);
  main.append(goingIn(plan), afterLine(v), replyBox(v));
  if (lost.length) {
    const warning = element("div", "v-lost", element("p", "", W.cut), ringLine(v.phone));
    warning.setAttribute("role", "alert");
    main.prepend(warning);
  }
  if (isStopped(plan.state)) cover(v, "stopped", plan.state);
  nameLine.focus();
}

// ---- keeping an open page honest ----

function markChecked(v, plan) {
  const when = new Date(plan.state.checked);
  v.checked = isNaN(when) ? new Date() : when;
  noteLine.textContent = "";
}

const GIVEN = ".dose:not(.stopped):not(.unsigned)";
const isStopped = (state) => state.tone === "stop" && state.label !== "NOT SIGNED";

// The dose, the step after it and the doses that once worked are taken out of the page, not painted
// over: no eye, screen reader, search or printer finds them again.
function cover(v, why, said) {
  if (v.cover && v.cover.why === why) return;
  const doses = main.querySelectorAll(why === "stopped" ? GIVEN : ".dose, .next");
  // A document that itself says the dose was stopped says it better.
  if (why === "stopped" && !doses.length && main.querySelector(".dose")) return;
  const box = element("section", "v-cover");
  box.setAttribute("role", "alert");
  if (v.cover) v.cover.box.replaceWith(box);
  else if (doses.length) doses[0].before(box);
  else main.prepend(box);
  for (const gone of [...doses, ...main.querySelectorAll(".before, .v-notes > *")]) gone.remove();
  v.cover = { why, box };
  const stopped = why === "stopped" || (why === "changed" && isStopped(said));
  const [title, text] = W.cover[stopped ? "stopped" : why];
  const more = stopped ? said.words : why === "withdrawn" && has(W.dead, said.state) && W.dead[said.state];
  box.append(element("h2", "", title), element("p", "", more || text));
  if (why === "changed") box.append(button(W.loadNew, () => showNext(v)));
  if (why === "withdrawn") box.append(button(W.checkAgain, () => check(v)));
  box.append(ringLine(said.phone || v.phone));
  if (why !== "stopped") {
    factsBox.querySelector(".v-state").replaceChildren(chip("stop", W.doNotUse));
  }
  document.title = title;
}

function showNext(v) {
  try {
    show(v, v.next);
  } catch {
    tellTrouble(v, "damaged");
  }
}

function compare(v, plan) {
  markChecked(v, plan);
  const same = plan.text === v.plan.text && plan.state.version === v.plan.state.version;
  const stillCovered = v.cover && v.cover.why !== "stopped";
  if (!same || stillCovered || (v.cover && !isStopped(plan.state))) {
    v.next = plan;
    cover(v, "changed", plan.state);
    return;
  }
  v.plan = plan;
  drawFrame(v);
  main.querySelector(".v-going").replaceWith(goingIn(plan));
  main.querySelector(".v-after").replaceWith(afterLine(v));
  if (isStopped(plan.state)) cover(v, "stopped", plan.state);
}

async function check(v) {
  if (v !== visit || !v.plan || v.busy) return;
  if (v.direct) return void (noteLine.textContent = fill(W.unchecked, { time: clockTime(v.checked) }));
  v.busy = true;
  v.asked = Date.now();
  try {
    const reply = await askManifest(v, { answer: v.answer, again: true });
    if (v !== visit) return;
    if (reply.status < 500 && reply.status !== 429) noteLine.textContent = "";
    if (reply.status === 404 || reply.status === 401) cover(v, "withdrawn", reply.said);
    else if (reply.status === 200) {
      const plan = await unlock(v, reply.said);
      if (v === visit) compare(v, plan);
    } else throw new Refusal("unwell");
  } catch (problem) {
    if (v !== visit) return;
    if (problem.message === "withdrawn") cover(v, "withdrawn", {});
    else noteLine.textContent = fill(W.unchecked, { time: clockTime(v.checked) });
  } finally {
    v.busy = false;
  }
}

function look() {
  if (visit.retry) load(visit, visit.answer);
  else if (!document.hidden && Date.now() - visit.asked > AT_MOST_EVERY) check(visit);
}

function begin() {
  const fragment = location.hash;
  history.replaceState(null, "", location.pathname);
  if (fragment.startsWith("#shc:/")) return location.replace("/c" + fragment);
  visit = {};
  if (fragment.length < 2) return tell("nothing", ringLine(), doorLine());
  if (!window.crypto || !crypto.subtle) return tell("unable", ringLine(), doorLine());
  try {
    visit = readLink(fragment);
  } catch (problem) {
    return tell(problem instanceof Refusal ? problem.message : "broken", ringLine(), doorLine());
  }
  return load(visit);
}

addEventListener("hashchange", () => location.hash && begin());
for (const sign of ["focus", "online", "pageshow"]) addEventListener(sign, look);
document.addEventListener("visibilitychange", look);
setInterval(look, RECHECK);
begin();
