// What stands under the plan and is no part of it: what the person tapped on the way here, the
// reader's one tap back, and the page's own words for somebody's notes. This device keeps none of it.

function goingIn({ going }) {
  const said = [].concat(going || []).map((one) => element("p", "", one));
  const box = element("section", "v-going", element("h2", "", W.going), ...said);
  box.hidden = !said.length;
  return box;
}

// One answer for this opening, sent with the ticket that came with it; another takes its place.
function askUsed(v, box) {
  const told = element("p");
  told.tabIndex = -1;
  const ask = (title, answers, name, before) => {
    const send = async (value) => {
      const body = new URLSearchParams({ ...before, [name]: value });
      const [{ ok }] = await fetchText("/reply", { method: "POST", body }).catch(() => [{}]);
      told.textContent = ok ? W.thanks : W.notTaken;
      if (ok && value === "could_not") ask(W.why, W.because, "because", { ...before, said: value });
      else if (ok) box.replaceChildren(told);
      told.focus();
    };
    const taps = answers.map(([value, words]) => button(words, () => send(value)));
    box.replaceChildren(told, element("h2", "", title), ...taps);
  };
  ask(W.used, W.said, "said", { ticket: v.reply });
}

// A line for each block, as the service itself writes a narrative down as text.
const BLOCK = /^(div|section|p|[uo]l|table|t(head|body|r)|h[1-3])$/;

function marked(node) {
  if (node.nodeType !== Node.ELEMENT_NODE) return node.data;
  const tag = node.localName;
  const inside = [...node.childNodes].map(marked).join("");
  if (tag === "li") return `\0- ${inside}\0`;
  if (tag === "br") return "\0";
  if (/^t[dh]$/.test(tag)) return (node.previousElementSibling ? " | " : "") + inside;
  return BLOCK.test(tag) ? `\0${inside}\0` : inside;
}

function notes({ checked, plan }) {
  const how = { dateStyle: "long", timeStyle: "short", timeZone: "Europe/London" };
  const head = fill(W.notes, { when: checked.toLocaleString("en-GB", how), ...plan.state });
  const shown = [...main.children].filter((one) => !one.hidden && !one.matches(".v-after, .v-reply"));
  const text = [nameLine, ...factsBox.children, noteLine, ...shown].map((one) => `\0${marked(one)}`);
  const lines = text.join("").split("\0").map((line) => line.replace(/\s+/g, " ").trim());
  return [head, ...lines.filter(Boolean)].join("\n");
}

async function copy(v, box) {
  const text = notes(v);
  try {
    await navigator.clipboard.writeText(text);
    box.replaceChildren(W.copied);
  } catch {
    const area = element("textarea", "", text);
    area.readOnly = true;
    area.ariaLabel = W.copyThis;
    box.replaceChildren(W.copyThis, area);
    area.select();
  }
}

function replyBox(v) {
  const asks = element("div");
  const copied = element("div", "v-notes");
  copied.ariaLive = "polite";
  if (v.reply) askUsed(v, asks);
  return element("section", "v-reply", asks, button(W.copy, () => copy(v, copied)), copied);
}
