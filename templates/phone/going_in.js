// Says "I'm going in" from a phone that remembers: each press is laid down on the phone before
// anything else, and sent when there is a signal. Nothing is asked of the service but "was it kept?".

const AGAIN = 30000;
const [nameLine, noteLine, main, foot] = ["g-name", "g-note", "g-main", "g-foot"].map((id) => document.getElementById(id));
let kept = null;
let panel = null;
let busy = false;

function element(tag, look, ...inside) {
  const made = document.createElement(tag);
  if (look) made.className = look;
  made.append(...inside);
  return made;
}

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const clock = (when) => new Date(when).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "Europe/London" });
const paragraph = (text, look) => element("p", look || "", text);

function button(text, act, look) {
  const made = element("button", look || "", text);
  made.type = "button";
  made.addEventListener("click", async () => {
    if (busy) return;
    busy = true;
    try {
      await act();
    } finally {
      busy = false;
    }
  });
  return made;
}

function link(text, address) {
  const made = element("a", "", text);
  made.href = address;
  return element("p", "", made);
}

// ---- what the taps come to ----

const EVENTS = new Set(Object.keys(W.taps).concat("took"));

function standing(all) {
  const back = new Set(all.filter((one) => one.tap === "taken_back" && one.state !== "refused").map((one) => one.back));
  return all.filter((one) => EVENTS.has(one.tap) && one.state !== "refused" && !back.has(one.id));
}

// The newest press of "I'm going in" of the last day, with what belongs to it; null before one.
function visitOf(all) {
  const stands = standing(all);
  const begun = stands.filter((one) => one.tap === "going_in" && Date.now() - Date.parse(one.at) < W.marks.shown).pop();
  if (!begun) return null;
  const mine = all.filter((one) => one.visit === begun.id);
  const of = (tap) => stands.find((one) => one.visit === begun.id && one.tap === tap);
  const since = (one, first) => one && stands.find((other) => other.visit === begun.id && other.tap === "relief_given" && other.n > one.n) || first;
  const last = (tap) => mine.filter((one) => one.tap === tap).pop();
  return {
    id: begun.id, mine, stands: stands.filter((one) => one.visit === begun.id), joined: begun.joined,
    arrived: of("arrived"), relief: since(of("arrived"), of("relief_given")), left: of("left"),
    where: last("where"), tells: last("tell_team"),
  };
}

// ---- pressing and sending ----

async function press(tap) {
  await taps.press(tap);
  panel = null;
  await look();
  scrollTo(0, 0);
  nameLine.focus();
  send();
}

async function send() {
  if (kept && kept.all.some((one) => one.state === "waiting")) {
    noteLine.textContent = W.sending;
    wake();
  }
  await taps.send();
  await look();
}

// Where the browser can, it sends even after this page was closed.
async function wake() {
  try {
    const worker = await navigator.serviceWorker.getRegistration();
    if (worker && worker.sync) await worker.sync.register("taps");
  } catch {
    // It goes when this page is opened again.
  }
}

async function look() {
  kept = await taps.read();
  if (!kept) return tell("none");
  note();
  if (panel) return undefined;
  if (kept.phone.forgotten) return tell("forgotten", ...list(kept.all));
  return draw();
}

function note() {
  const waiting = kept.all.filter((one) => one.state === "waiting").length;
  const refused = kept.all.filter((one) => one.state === "refused").pop();
  const text = waiting ? fill(W.notSent, { n: waiting }) : kept.all.length && !kept.phone.forgotten ? W.allSent : "";
  const said = refused && !waiting && refused === kept.all[kept.all.length - 1] ? W.refusals[refused.why] || "" : text;
  if (noteLine.textContent !== said) noteLine.textContent = said;
}

// ---- pages ----

function tell(name, ...more) {
  const [title, text] = W[name];
  nameLine.textContent = title;
  main.replaceChildren(paragraph(text), link(W.signIn, "/plan/visit"), ...more, urgent());
  drawFoot();
}

function draw() {
  const visit = visitOf(kept.all);
  if (!visit || visit.left) return drawStart(visit);
  nameLine.textContent = visit.arrived ? W.here : W.onTheWay;
  const another = button(W.another, () => press({ tap: "going_in", another: true }), "g-quiet");
  const last = visit.stands[visit.stands.length - 1];
  const old = Date.now() - Date.parse(last.at) > W.marks.old;
  const ask = old ? [element("section", "g-box", element("h2", "", W.same), paragraph(fill(W.since, { time: clock(visit.stands[0].at) })), another)] : [];
  main.replaceChildren(
    ...ask,
    ...lastTap(visit),
    ...(visit.joined ? [paragraph(W.joined, "g-box")] : []),
    ...waitingBox(visit),
    ...buttons(visit),
    ...team(visit),
    urgent(),
    ...list(visit.mine),
    ...(old ? [] : [another]),
    link(W.showPlan, "/my-copy"),
  );
  return drawFoot();
}

function drawStart(left) {
  nameLine.textContent = W.title;
  const whom = kept.phone.called ? [paragraph(fill(W.forWhom, { name: kept.phone.called }))] : [];
  main.replaceChildren(
    ...(left ? lastTap(left) : []),
    ...whom,
    button(W.taps.going_in, () => press({ tap: "going_in", another: Boolean(left) }), "g-big"),
    paragraph(W.what),
    urgent(),
    ...list(kept.all),
    link(W.showPlan, "/my-copy"),
  );
  drawFoot();
}

function buttons(visit) {
  const of = { visit: visit.id };
  const tap = (name, look, words) => button(words || W.taps[name], () => press({ tap: name, ...of }), look);
  const relieved = visit.relief && visit.arrived && visit.relief.n > visit.arrived.n;
  const first = visit.arrived
    ? [...(relieved ? [] : [tap("relief_given", "g-big")]), tap("checked_again", relieved ? "" : "g-quiet")]
    : [tap("arrived", "g-big")];
  const where = visit.where ? fill(W.goingTo, { place: visit.where.place }) : W.where;
  return [
    ...first,
    button(W.took, () => askTook(of), "g-quiet"),
    button(where, () => askWhere(of), "g-quiet"),
    ...(relieved ? [tap("relief_given", "g-quiet", W.again)] : []),
    tap("left", "g-quiet"),
  ];
}

function lastTap(visit) {
  const last = visit.stands[visit.stands.length - 1];
  const fresh = Date.now() - Date.parse(last.at) < W.marks.back;
  const undo = fresh ? [takeBack(last, visit.id)] : [];
  return [element("div", "g-box", paragraph(fill(W.tapped, { words: words(last), time: clock(last.at) })), ...undo)];
}

const takeBack = (one, visit) => button(W.takeBack, () => press({ tap: "taken_back", back: one.id, visit }), "g-quiet g-small");

function words(one) {
  if (one.tap !== "took") return W.taps[one.tap];
  if (!one.words) return W.tookNothing;
  const [, said] = W.whens.find(([when]) => when === one.when);
  return fill(W.iTook, { what: one.words, when: said.toLowerCase() });
}

function waitingBox(visit) {
  if (!visit.arrived) return [];
  const box = element("section", "g-box");
  const gone = Math.max(0, Math.floor((Date.now() - Date.parse(visit.arrived.at)) / 60000));
  const said = gone >= 60 ? W.hours : [W.justNow, W.minute][gone] || W.minutes;
  box.append(paragraph(fill(said, { h: Math.floor(gone / 60), n: gone >= 60 ? gone % 60 : gone }), "g-now"));
  const before = visit.relief && visit.relief.n < visit.arrived.n;
  if (visit.relief && !before) {
    box.append(paragraph(fill(W.relieved, { time: clock(visit.relief.at) })));
    return [box];
  }
  box.append(paragraph(W.goal));
  if (before) box.append(paragraph(W.before));
  const past = gone * 60000 >= W.marks.must ? W.must : gone * 60000 >= W.marks.aim ? W.aim : null;
  if (past) box.append(paragraph(past[0]), paragraph(past[1], "g-say"));
  return [box];
}

function team(visit) {
  const said = visit.tells ? (visit.tells.tells ? W.teamYes : W.teamNo) : W.teamAsLast;
  const say = (tells) => press({ tap: "tell_team", tells, visit: visit.id });
  const yes = button(W.tell, () => say(true), "g-quiet");
  const no = button(W.dontTell, () => say(false), "g-quiet");
  const other = visit.tells ? [visit.tells.tells ? no : yes] : [yes, no];
  return [element("section", "", element("h2", "", W.team), paragraph(said), ...other)];
}

function list(all) {
  const stands = new Set(standing(all));
  const shown = all.filter((one) => EVENTS.has(one.tap)).reverse();
  if (!shown.length) return [];
  const lines = shown.map((one) => {
    const state = one.state === "refused" ? W.refusals[one.why] : W[one.state];
    const gone = one.state !== "refused" && !stands.has(one);
    const text = element("span", gone ? "g-gone" : "", `${clock(one.at)} ${words(one)}`);
    const fresh = stands.has(one) && Date.now() - Date.parse(one.at) < W.marks.back && one !== shown[0];
    return element("li", "", text, ` (${gone ? W.takenBack : state})`, ...(fresh ? [element("br"), takeBack(one, one.visit)] : []));
  });
  const retry = all.some((one) => one.state === "waiting") ? [button(W.sendNow, send, "g-quiet")] : [];
  return [element("section", "", element("h2", "", W.list), element("ul", "g-list", ...lines), ...retry)];
}

function urgent() {
  const ring = element("a", "", W.urgent.ring);
  ring.href = "tel:999";
  const signs = W.urgent.signs.map((one) => element("li", "", one));
  return element("section", "", element("h2", "", W.urgent.title), element("ul", "", ...signs), element("p", "", ring));
}

// ---- asking ----

function ask(title, ...inside) {
  panel = title;
  nameLine.textContent = title;
  main.replaceChildren(...inside, button(W.back, leavePanel, "g-quiet"));
  foot.replaceChildren();
  scrollTo(0, 0);
  nameLine.focus();
}

async function leavePanel() {
  panel = null;
  await look();
  nameLine.focus();
}

function askTook(of) {
  const names = kept.phone.medicines && kept.phone.medicines.length ? kept.phone.medicines : [W.ownMedicine];
  ask(
    W.tookTitle,
    ...names.map((name) => button(name, () => askWhen(of, name))),
    button(W.other, () => askOther(of), "g-quiet"),
    button(W.nothing, () => press({ tap: "took", ...of }), "g-quiet"),
  );
}

function askWhen(of, what) {
  const choose = W.whens.map(([when, said]) => button(said, () => press({ tap: "took", words: what, when, ...of })));
  ask(fill(W.tookWhen, { what }), ...choose);
}

function typed(label) {
  const input = element("input");
  Object.assign(input, { id: "g-words", type: "text", autocomplete: "off", maxLength: W.most });
  const named = element("label", "", label);
  named.htmlFor = input.id;
  return [input, named];
}

function askOther(of) {
  const [input, label] = typed(W.medicineInWords);
  ask(W.other, label, input, button(W.next, () => askWhen(of, input.value.trim() || W.somethingElse)));
}

function askWhere(of) {
  const own = kept.phone.hospitals && kept.phone.hospitals.length ? kept.phone.hospitals : [{ name: W.ownHospital, own: true }];
  const [input, label] = typed(W.inWords);
  const go = (place, more) => press({ tap: "where", place, ...more, ...of });
  ask(
    W.where,
    ...own.map((one) => button(one.name, () => go(one.name, { hospital: one.code || undefined, own: one.own }))),
    ...W.places.map((place) => button(place, () => go(place))),
    label,
    input,
    button(W.there, () => (input.value.trim() ? go(input.value.trim()) : input.focus()), "g-quiet"),
  );
}

// ---- this phone ----

function drawFoot() {
  if (!kept) return foot.replaceChildren();
  return foot.replaceChildren(button(W.forget, () => foot.replaceChildren(
    button(W.forgetNow, forget),
    button(W.keep, drawFoot),
  )));
}

async function forget() {
  await taps.forget();
  kept = null;
  noteLine.textContent = "";
  tell("none");
}

// ---- beginning ----

async function begin() {
  if (!window.indexedDB || !window.crypto) return tell("unable");
  await taps.tidy();
  await look();
  if (!kept) return undefined;
  await taps.known();
  return send();
}

const again = () => { if (!document.hidden && kept) send(); };
for (const sign of ["focus", "online", "pageshow"]) addEventListener(sign, again);
document.addEventListener("visibilitychange", again);
setInterval(again, AGAIN);
begin();
