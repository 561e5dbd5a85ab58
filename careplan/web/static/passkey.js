// Hands our question to the device and its answer back to us. The device asks for a finger, a face
// or a PIN itself; nothing of that comes here.

const form = document.querySelector("[data-passkey]");
const said = form.querySelector("[data-said]");
const go = form.querySelector("button");

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const listed = (known = []) => known.map((one) => ({ ...one, id: bytes(one.id) }));

function question() {
  const asked = JSON.parse(form.dataset.passkey);
  asked.challenge = bytes(asked.challenge);
  if (asked.user) {
    asked.user.id = bytes(asked.user.id);
    asked.excludeCredentials = listed(asked.excludeCredentials);
  }
  return asked;
}

function answer({ id, rawId, type, response }) {
  const plain = { clientDataJSON: text(response.clientDataJSON) };
  if (response.attestationObject) {
    plain.attestationObject = text(response.attestationObject);
    plain.transports = response.getTransports?.() ?? [];
  } else {
    plain.authenticatorData = text(response.authenticatorData);
    plain.signature = text(response.signature);
    plain.userHandle = response.userHandle ? text(response.userHandle) : null;
  }
  return JSON.stringify({ id, rawId: text(rawId), type, response: plain, clientExtensionResults: {} });
}

async function ask() {
  go.disabled = true;
  said.textContent = form.dataset.wordsWaiting;
  const publicKey = question();
  try {
    const found = await (publicKey.user ? navigator.credentials.create({ publicKey }) : navigator.credentials.get({ publicKey }));
    form.elements.answer.value = answer(found);
    form.submit();
  } catch (problem) {
    said.textContent = problem.name === "InvalidStateError" ? form.dataset.wordsKnown : form.dataset.wordsFailed;
    go.disabled = false;
  }
}

if (window.PublicKeyCredential) {
  document.querySelector("[data-passkey-none]").hidden = true;
  form.hidden = false;
  go.addEventListener("click", ask);
  ask();
}
