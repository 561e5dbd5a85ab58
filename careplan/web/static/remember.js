// Makes this phone remember "I'm going in": the empty page first, then the token, fetched once.

const form = document.querySelector("[data-remember]");
const words = form.dataset;
const said = form.querySelector("[data-said]");

const say = (text, where) => {
  said.textContent = text;
  said.classList.toggle("nhsuk-error-message", text !== words.wordsWorking);
  if (where) where.focus();
};

function problem() {
  const own = form.querySelector("[name=own]:checked");
  if (!own) return [words.wordsOwn, form.querySelector("[name=own]")];
  if (own.value !== "yes") return [words.wordsNotOwn, own];
  const names = form.querySelectorAll("input[type=radio][name=names]");
  return names.length && ![...names].some((one) => one.checked) ? [words.wordsNames, names[0]] : null;
}

async function fetched() {
  const answer = await fetch(location.pathname, {
    method: "POST",
    body: new URLSearchParams(new FormData(form)),
    headers: { accept: "application/json" },
    credentials: "same-origin",
    cache: "no-store",
    redirect: "manual",
  });
  if (answer.type === "opaqueredirect" || answer.status === 400 || answer.status === 403) return { problem: words.wordsSignedOut };
  return answer.json();
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const wrong = problem();
  if (wrong) return say(...wrong);
  const button = form.querySelector("button");
  button.disabled = true;
  say(words.wordsWorking);
  try {
    await navigator.serviceWorker.register("/sw.js");
    await navigator.serviceWorker.ready;
    const phone = await fetched();
    if (phone.problem) return say(phone.problem);
    await taps.remember(phone);
    // Asks the browser not to throw it away by itself; it may say no.
    if (navigator.storage && navigator.storage.persist) navigator.storage.persist().catch(() => {});
    const done = document.querySelector("[data-done]");
    form.hidden = document.querySelector("[data-list]").hidden = true;
    done.hidden = false;
    done.focus();
  } catch {
    say(words.wordsOffline);
  } finally {
    button.disabled = false;
  }
});

const able = window.crypto && window.indexedDB && navigator.serviceWorker;
document.querySelector("[data-no-script]").remove();
form.hidden = !able;
document.querySelector("[data-cannot]").hidden = Boolean(able);
const found = able && (await taps.read());
if (found && !found.phone.forgotten) {
  document.querySelector("[data-mine]").hidden = false;
  document.querySelector(`[data-tapper="${CSS.escape(found.phone.phone)}"] [data-here]`)?.removeAttribute("hidden");
}
