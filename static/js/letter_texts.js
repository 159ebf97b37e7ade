// Fields of a letter become buttons that put them where the cursor was: in the subject if they may stand there.
(() => {
  const list = document.querySelector(".pick[data-target]");
  if (!list) return;
  const body = document.getElementById(list.dataset.target);
  const subject = document.getElementById(list.dataset.subject);
  let last = body;
  for (const box of [body, subject]) {
    box.addEventListener("focus", () => {
      last = box;
    });
  }
  for (const item of list.children) {
    const field = item.querySelector("code").textContent;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...item.childNodes);
    button.querySelector("code").replaceWith(field.slice(1, -1));
    button.addEventListener("click", () => {
      const box = "inSubject" in item.dataset ? last : body;
      box.setRangeText(field, box.selectionStart, box.selectionEnd, "end");
      box.focus();
    });
    item.append(button);
  }
  const hint = document.querySelector("[data-insert]");
  hint.textContent = hint.dataset.insert;
})();
