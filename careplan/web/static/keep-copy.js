// Keeps a copy on this phone: fetched once, locked here, laid down locked. The PIN is never sent,
// and its boxes have no name, so that not even a form without script could send it.

const form = document.querySelector("[data-keep-copy]");
const words = form.dataset;
const said = form.querySelector("[data-said]");
const pin = document.getElementById("pin");
const again = document.getElementById("pin-again");

const say = (text, where) => {
  said.textContent = text;
  said.classList.toggle("nhsuk-error-message", text !== words.wordsWorking);
  if (where) where.focus();
};
const busy = (is) => form.querySelectorAll("button").forEach((one) => { one.disabled = is; });

// Answers to this page's own questions; a word of refusal, or nothing.
function problem() {
  const own = form.querySelector("[name=own]:checked");
  if (!own) return [words.wordsOwn, form.querySelector("[name=own]")];
  return own.value === "yes" ? null : [words.wordsNotOwn, own];
}

function problemWithPin() {
  if (!vault.may_be_pin(pin.value)) return [words.wordsPin, pin];
  if (vault.is_easy(pin.value)) return [words.wordsEasy, pin];
  return pin.value === again.value ? null : [words.wordsAgain, again];
}

// The empty pages first: a copy that no page can open without a signal would be a false promise.
async function prepare() {
  await navigator.serviceWorker.register("/sw.js");
  await navigator.serviceWorker.ready;
}

async function fetched() {
  const old = await vault.read();
  const body = new URLSearchParams(new FormData(form));
  if (old) body.set("instead_of", old.token);
  const answer = await fetch("/plan/phone/keep", {
    method: "POST",
    body,
    headers: { accept: "application/json" },
    credentials: "same-origin",
    cache: "no-store",
    redirect: "manual",
  });
  if (answer.type === "opaqueredirect" || answer.status === 400 || answer.status === 403) return { problem: words.wordsSignedOut };
  return answer.json();
}

async function keep(make_key) {
  busy(true);
  say(words.wordsWorking);
  try {
    await prepare();
    const salt = vault.some(32);
    const made = await make_key(salt);
    if (!made) return;
    const copy = await fetched();
    if (copy.problem) return say(copy.problem);
    const facts = { ...copy.beside, salt, how: made.how, credential: made.credential };
    await vault.write(await vault.lock(JSON.stringify(copy.behind), facts, made.key));
    // Asks the browser not to throw the copy away by itself; it may say no.
    if (navigator.storage && navigator.storage.persist) navigator.storage.persist().catch(() => {});
    finished();
  } catch {
    say(words.wordsOffline);
  } finally {
    busy(false);
    pin.value = again.value = "";
  }
}

function finished() {
  const done = document.querySelector("[data-done]");
  form.hidden = true;
  done.hidden = false;
  done.focus();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const wrong = problem() || problemWithPin();
  if (wrong) return say(...wrong);
  const chosen = pin.value;
  return keep(async (salt) => ({ how: "pin", key: await vault.key_of_pin(chosen, salt) }));
});

form.querySelector("[data-passkey-use]").addEventListener("click", () => {
  const wrong = problem();
  if (wrong) return say(...wrong);
  return keep(async (salt) => {
    try {
      const { credential, secret } = await vault.new_passkey(words.wordsCalled, salt);
      return { how: "passkey", credential, key: await vault.key_of_passkey(secret, salt) };
    } catch {
      say(words.wordsPasskey, pin);
      form.querySelector("[data-passkey]").hidden = true;
      return null;
    }
  });
});

const able = window.crypto && crypto.subtle && window.indexedDB && navigator.serviceWorker;
document.querySelector("[data-no-script]").remove();
form.hidden = !able;
document.querySelector("[data-cannot]").hidden = Boolean(able);
if (able && (await vault.has_passkeys())) form.querySelector("[data-passkey]").hidden = false;
