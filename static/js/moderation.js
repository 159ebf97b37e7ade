// Selecting words in the text of an input writes them into the list of words to hide; so does marking sentences.
// Without this script the marked sentences are taken when the form is sent.
(() => {
  const body = document.getElementById("body");
  const form = document.getElementById("hide");
  if (!body || !form) return;
  const text = form.querySelector("textarea");
  let written = ""; // what this script wrote last: only that is ever replaced

  const write = (words) => {
    if (text.value.trim() && text.value !== written) return;
    text.value = written = words;
  };

  body.addEventListener("change", () => {
    const marked = [...body.querySelectorAll("input:checked")];
    write(marked.map((box) => box.nextElementSibling.textContent.trim()).join("\n"));
  });

  document.addEventListener("selectionchange", () => {
    const selection = document.getSelection();
    const words = selection.toString().trim();
    if (words && body.contains(selection.anchorNode) && body.contains(selection.focusNode)) write(words);
  });
})();
