// Counts the minutes since arrival on, on a page that says them without a script too. It shows
// what to say at the two marks, and never counts down.
const box = document.querySelector("[data-clock]");

function count() {
  const words = box.dataset;
  const passed = Math.max(performance.now() - since.here, Date.now() - since.wall);
  const gone = Number(words.arrived) + Math.floor(passed / 60000);
  const say = gone >= 60 ? words.wordsHours : [words.wordsNow, words.wordsMinute][gone] || words.wordsMinutes;
  const text = say.replace("{h}", Math.floor(gone / 60)).replace("{n}", gone >= 60 ? gone % 60 : gone);
  const line = box.querySelector("[data-now]");
  if (line.textContent !== text) line.textContent = text;
  if (words.relief === "yes") return;
  const past = gone >= 30 ? "must" : gone >= 15 ? "aim" : "none";
  box.querySelectorAll("[data-past]").forEach((part) => { part.hidden = part.dataset.past !== past; });
}

// The page's own time stands still while some phones sleep, and the phone's may be set: the longer
// of the two, for nobody in pain is told that they waited less than they did.
const since = { here: performance.now(), wall: Date.now() };
if (box) setInterval(count, 15000);
// A page taken out of the browser's memory, or looked at again after a sleep, may be hours old.
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
let hidden = 0;
document.addEventListener("visibilitychange", () => {
  if (document.hidden) hidden = Date.now();
  else if (box && hidden && Date.now() - hidden > 60000 && navigator.onLine) location.reload();
  else if (box) count();
});
