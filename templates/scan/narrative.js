// The document's words are rebuilt element by element from an allow-list; nothing of the document
// is ever given to the browser as markup. What is left out leaves a mark where it stood, and a
// line at the top: clinical text cut without a word is the worst thing this page could do.

const XHTML = "http://www.w3.org/1999/xhtml";
const ELEMENTS = new Set(
  ("div section h1 h2 h3 h4 p ul ol li table thead tbody tr th td dl dt dd span strong em b i br a " +
    "hr small abbr").split(" "),
);
const TEL = /^tel:\+?[\d() .-]{3,24}$/;
// Names that begin with v- belong to this page's own frame.
const CLASS = /^(?!v-)[a-z][a-z0-9-]{0,30}$/i;
const LANG = /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i;

const ATTRIBUTES = {
  lang: (value) => LANG.test(value),
  "xml:lang": (value) => LANG.test(value),
  dir: (value) => /^(ltr|rtl|auto)$/.test(value),
  href: (value, tag) => tag === "a" && TEL.test(value),
  title: (value, tag) => tag === "abbr",
  scope: (value, tag) => tag === "th" && /^(row|col)(group)?$/.test(value),
  colspan: (value, tag) => /^t[dh]$/.test(tag) && /^\d{1,2}$/.test(value),
  rowspan: (value, tag) => /^t[dh]$/.test(tag) && /^\d{1,2}$/.test(value),
};

// The browser itself refuses any other use of text as markup (Trusted Types); this one only reads
// XML into a document that is never shown and never run.
const asXml = window.trustedTypes
  ? window.trustedTypes.createPolicy("careplan", { createHTML: (text) => text })
  : { createHTML: (text) => text };

const has = (object, name) => Object.prototype.hasOwnProperty.call(object, name);

function element(tag, look, ...inside) {
  const made = document.createElement(tag);
  if (look) made.className = look;
  made.append(...inside);
  return made;
}

function copyAttributes(from, to, lost) {
  for (const { name, value } of from.attributes) {
    if (name === "id" || name === "xmlns" || name.startsWith("xmlns:")) continue;
    if (name === "class") {
      const names = value.split(/\s+/).filter(Boolean);
      if (!names.every((one) => CLASS.test(one))) lost.push(name);
      to.className = names.filter((one) => CLASS.test(one)).join(" ");
    } else if (has(ATTRIBUTES, name) && ATTRIBUTES[name](value, from.localName)) {
      to.setAttribute(name === "xml:lang" ? "lang" : name, value);
    } else {
      lost.push(name);
    }
  }
}

function copyInside(from, to, lost) {
  for (const node of from.childNodes) {
    const kind = node.nodeType;
    if (kind === Node.TEXT_NODE || kind === Node.CDATA_SECTION_NODE) {
      to.append(node.data);
    } else if (kind === Node.ELEMENT_NODE && node.namespaceURI === XHTML && ELEMENTS.has(node.localName)) {
      const copy = element(node.localName);
      copyAttributes(node, copy, lost);
      copyInside(node, copy, lost);
      to.append(copy);
    } else if (kind !== Node.COMMENT_NODE) {
      lost.push(node.nodeName);
      to.append(element("strong", "v-cut", W.cutHere));
    }
  }
}

// -> { body, lost }: a fresh tree, and the names of whatever could not be carried over.
function rebuild(div) {
  const read = new DOMParser().parseFromString(asXml.createHTML(div), "application/xhtml+xml");
  const root = read.documentElement;
  const faulty = read.getElementsByTagName("parsererror").length;
  if (faulty || root.localName !== "div" || root.namespaceURI !== XHTML) throw new Refusal("damaged");
  const body = element("div");
  const lost = [];
  copyAttributes(root, body, lost);
  copyInside(root, body, lost);
  body.classList.add("plan");
  if (!body.textContent.trim()) throw new Refusal("damaged");
  if (!lost.length && body.textContent !== root.textContent) lost.push("text");
  return { body, lost };
}
