// The demo's panel: what adnotice asked for on this page, what came, and what was concluded from it.
(() => {
  const list = document.querySelector(".happened ol");
  const say = (text) => {
    list.append(Object.assign(document.createElement("li"), { textContent: text }));
  };
  const asked = () =>
    performance
      .getEntriesByType("resource")
      .map((entry) => new URL(entry.name))
      .filter((url) => url.pathname.startsWith("/_adnotice/"))
      .map((url) => url.pathname.replace("/_adnotice/", ""));
  const meanings = {
    clear: "The bait arrived. No blocker stops files of this site: the view counts as clear.",
    blocked:
      "Every bait was stopped, in several rounds, while files with harmless names arrived beside each: the view counts as blocked.",
    partly: "Baits were stopped, yet an advertisement came: the view counts as partly blocked, and nobody is asked.",
    unknown: "No conclusion can be drawn (the network failed, or this browser asks not to be measured): it counts as unknown.",
  };
  document.addEventListener("adnotice:shown", () => say("So the notice was shown. The article stays as it is."));
  document.addEventListener("adnotice:choice", (event) => say(`You chose: ${event.detail.choice}. That is counted, without you.`));
  addEventListener("load", async () => {
    if (!window.adnotice) {
      say("The script itself was stopped, by a blocker or because measuring is off: nothing was asked for, nothing counted.");
      return;
    }
    say("It asked this site for a file whose name ad blockers stop (the bait).");
    const { verdict } = await window.adnotice.verdict;
    const rounds = asked().includes("rounds.js");
    if (rounds) say("The bait did not come. So rounds followed: each time two baits, and beside them files that no list stops.");
    say(meanings[verdict]);
    if (verdict !== "unknown") say("One report of that went to this site, and was counted once.");
  });
})();
