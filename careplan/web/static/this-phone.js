// Says which of the phones on the list this one is, and erases its copy here as well when it is told to forget.

const line = document.querySelector("[data-this-phone]");
const copy = await vault.read();
const mine = copy && document.querySelector(`[data-phone="${CSS.escape(copy.phone)}"]`);

line.textContent = copy ? line.dataset.wordsKept : line.dataset.wordsNone;
if (mine) mine.querySelector("[data-here]").hidden = false;

mine?.querySelector("[data-forget]")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  try {
    await vault.erase();
  } finally {
    form.submit();
  }
});
