// Marked sentences and selected words of an input become the words of a point: its form stands below their paragraph,
// and the words beside the text. Without this script the form stands below the text and takes the marked sentences.
(() => {
  const body = () => document.getElementById("body");
  const form = () => document.getElementById("split");
  const words = () => form().querySelector("textarea");
  const boxes = () => [...body().querySelectorAll(".s input:checked")];
  const WORD = /[\p{L}\p{M}\p{N}'’-]/u;
  let written = ""; // what this script or the page wrote last: only that is ever replaced
  let last = ""; // the sentence that was marked last

  const write = (text) => {
    if (words().value.trim() && words().value !== written) return;
    words().value = written = text;
    const fresh = document.querySelector(".fresh");
    fresh.hidden = !text;
    fresh.querySelector("p").textContent = text;
  };
  const offer = (node) => {
    node.closest("#body > p")?.after(form());
    form().hidden = false;
  };
  const begin = () => {
    if (!form() || !body()) return;
    const problem = document.getElementById("problem");
    written = problem ? "" : words().value;
    const of = form().querySelector("[name=point-instead]")?.value;
    const at = boxes().at(-1) || (of && body().querySelector(`a.at[href="#p${of}"]`));
    if (at) offer(at);
    form().hidden = !(words().value || at || problem);
    if (problem) return;
    if (!form().hidden) form().querySelector("button").focus();
    else document.getElementById(last)?.focus({ preventScroll: true });
  };

  const marked = (box) => {
    write(
      boxes()
        .map((each) => each.nextElementSibling.textContent.trim())
        .join(" "),
    );
    last = box.id;
    if (boxes().length) offer(box);
    else form().hidden = !words().value;
  };

  // A selection takes whole words: its ends move to the borders of the words that they stand in.
  const whole = (range) => {
    const text = (node) => (node.nodeType === Node.TEXT_NODE ? node.data : "");
    const start = text(range.startContainer);
    let at = range.startOffset;
    if (WORD.test(start[at] || "")) while (at > 0 && WORD.test(start[at - 1])) at -= 1;
    range.setStart(range.startContainer, at);
    const end = text(range.endContainer);
    at = range.endOffset;
    if (WORD.test(end[at - 1] || "")) while (WORD.test(end[at] || "")) at += 1;
    range.setEnd(range.endContainer, at);
    return range;
  };
  const read = (range) => {
    const part = range.cloneContents();
    for (const other of part.querySelectorAll("sup, form")) other.remove();
    return part.textContent.replace(/\s+/g, " ").trim();
  };
  const selected = () => {
    const selection = document.getSelection();
    if (!form() || selection.isCollapsed || !body().contains(selection.anchorNode)) return;
    if (!body().contains(selection.focusNode) || form().contains(selection.anchorNode)) return;
    const range = whole(selection.getRangeAt(0).cloneRange());
    const text = read(range);
    if (!text) return;
    for (const box of boxes()) box.checked = false;
    write(text);
    const end = range.endContainer;
    const near = end.nodeType === Node.TEXT_NODE ? end.parentElement : end;
    last = near.closest(".s")?.querySelector("input").id || last;
    offer(near);
    return true;
  };

  document.addEventListener("change", (event) => {
    if (event.target.matches("#body .s input")) marked(event.target);
  });
  document.addEventListener("pointerup", (event) => {
    if (event.pointerType !== "mouse" || event.target.closest("#split")) return;
    setTimeout(() => selected() && form().querySelector("button").focus({ preventScroll: true }));
  });
  let waits;
  document.addEventListener("selectionchange", () => {
    clearTimeout(waits);
    if (matchMedia("(pointer: coarse)").matches) waits = setTimeout(selected, 500); // a finger moves its ends
  });
  document.addEventListener("click", (event) => {
    // the end of a selection inside one sentence is no click on it
    if (event.target.closest("#body label") && !document.getSelection().isCollapsed) event.preventDefault();
  });
  document.addEventListener("desk:shown", begin);
  begin();
})();
