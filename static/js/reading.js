// Reading a frozen text: on the first page of an edition, a link to a paragraph or a section goes on to its
// section; in a section, a paragraph is chosen by pointing at it, and its link is copied or shared. Without this
// script the first page marks the line that leads there, and the page of a paragraph has its address.
(() => {
  const there = () => document.querySelector(`[data-contents] [id="${location.hash.slice(1)}"]`);
  const go = () => {
    const line = location.hash.length > 1 && there();
    if (!line) return;
    const link = line.closest("a") ?? line.querySelector("a");
    location.replace(link.href + (link.contains(line) ? location.hash : ""));
  };
  if (document.querySelector("[data-contents]")) {
    addEventListener("hashchange", go);
    go();
  }

  const texts = document.querySelector("[data-copy]");
  if (!texts) return;
  const button = (words, act) => {
    const made = document.createElement("button");
    made.className = "linklike";
    made.type = "button";
    made.lang = document.documentElement.lang;
    made.textContent = words;
    made.addEventListener("click", () => act(made));
    return made;
  };
  for (const row of texts.querySelectorAll(".row")) {
    const acts = row.querySelector(".do"),
      url = acts.querySelector("a").href;
    if (navigator.clipboard) {
      const copy = async (made) => {
        await navigator.clipboard.writeText(url);
        made.textContent = texts.dataset.copied;
      };
      const made = button(`${texts.dataset.copy} § ${row.id.slice(1)}`, copy);
      made.setAttribute("aria-live", "polite");
      acts.prepend(made);
    }
    if (navigator.share) acts.prepend(button(texts.dataset.share, () => navigator.share({ url }).catch(() => {})));
    row.querySelector(".text").addEventListener("click", () => {
      const about = row.querySelector("details");
      if (!String(getSelection())) about.open = !about.open;
    });
  }
})();
