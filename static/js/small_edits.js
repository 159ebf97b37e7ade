// Says while one writes whether an edit is small, and opens the field for the reason when it is not. It counts as
// positions/text/editorial.py does, whose limits are on the form; the portal decides when the text is saved.
(() => {
  const WORD = /[\p{L}\p{M}\p{N}_’'-]+/gu,
    PAUSE = 250;
  const words = (text) => text.match(WORD) ?? [];
  const changed = (old, now) => {
    const common = Array.from({ length: old.length + 1 }, () => new Uint16Array(now.length + 1));
    for (let i = old.length - 1; i >= 0; i--)
      for (let k = now.length - 1; k >= 0; k--)
        common[i][k] = old[i] === now[k] ? common[i + 1][k + 1] + 1 : Math.max(common[i + 1][k], common[i][k + 1]);
    let i = 0,
      k = 0,
      total = 0,
      gone = 0,
      added = 0;
    while (i < old.length || k < now.length)
      if (old[i] === now[k]) {
        total += Math.max(gone, added);
        gone = added = 0;
        i++;
        k++;
      } else if (k === now.length || (i < old.length && common[i + 1][k] >= common[i][k + 1])) {
        gone++;
        i++;
      } else {
        added++;
        k++;
      }
    return total + Math.max(gone, added);
  };
  const show = () => {
    const reason = document.querySelector("#write .reason[data-before]");
    if (!reason) return;
    const { before, most, weighty, verb, small, large } = reason.dataset;
    const text = reason.closest("form").elements.text.value;
    const [old, now] = [words(before), words(text)];
    const heavy = (list) => list.map((word) => word.toLowerCase()).filter((word) => weighty.split(" ").includes(word));
    const isSmall =
      changed(old, now) <= Number(most) && `${heavy(old).sort()}` === `${heavy(now).sort()}` && text.includes(verb);
    const isSame = text.trim() === before;
    const note = reason.querySelector("summary span");
    const hint = isSame ? "" : isSmall ? small : large;
    if (hint === note.textContent) return;
    note.textContent = hint;
    if (!isSame && !isSmall) reason.open = true;
  };
  let timer = null;
  document.addEventListener("input", (event) => {
    if (!event.target.matches("#write [name=text]")) return;
    clearTimeout(timer);
    timer = setTimeout(show, PAUSE);
  });
  document.addEventListener("desk:shown", () => setTimeout(show));
})();
