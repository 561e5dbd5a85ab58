// Signing out erases what "I'm going in" keeps on this phone. Taps that were not sent yet are sent
// first; where that cannot be, they are not lost before somebody was asked.

const waiting = async () => ((await taps.read())?.all ?? []).filter((one) => one.state === "waiting").length;

// A page that remembers has the queue already.
const queue = () => (typeof taps === "undefined" ? new Promise((resolve, reject) => {
  const script = document.createElement("script");
  Object.assign(script, { src: "/static/tap-queue.js", onload: resolve, onerror: reject });
  document.head.append(script);
}) : null);

/** Whether to sign out now. */
export async function sentOrSaid(form) {
  await queue();
  if (!(await waiting())) return true;
  const button = form.querySelector("button"), { textContent } = button;
  button.disabled = true;
  button.textContent = form.dataset.wordsSending;
  await taps.send();
  Object.assign(button, { disabled: false, textContent });
  const left = await waiting();
  return !left || confirm(form.dataset.wordsUnsent.replace("{n}", left));
}
