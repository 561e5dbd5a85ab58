// The two quick ways to hand a link on, beside the address and the print that are there without
// script: this phone's own "share" where it has one, and a copy button that says what came of it.

document.querySelectorAll("[data-share]").forEach(offer);

function offer(part) {
  const from = document.getElementById(part.dataset.share);
  const said = part.querySelector("[data-share-said]");
  const send = part.querySelector("[data-share-send]");
  const copy = part.querySelector("[data-share-copy]");
  const address = () => (from.value || from.textContent).trim();
  const say = (words) => { said.textContent = words; };

  // Nothing but the address travels: no name, no title, no word about health.
  if (navigator.share) {
    send.addEventListener("click", async () => {
      say("");
      try {
        await navigator.share({ url: address() });
      } catch (problem) {
        if (problem.name !== "AbortError") say(part.dataset.wordsNotSent);
      }
    });
  } else {
    send.hidden = true;
  }
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(address());
      say(part.dataset.wordsCopied);
    } catch {
      from.focus();
      if (from.select) from.select();
      say(part.dataset.wordsNotCopied);
    }
  });
  part.hidden = false;
}
