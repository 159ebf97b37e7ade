// A point beside the text can be dragged onto a paragraph: that fills in the form beside it and sends it. Whoever does
// not drag chooses the point and the paragraph in the same form, by keyboard, touch or mouse.
(() => {
  const form = document.getElementById("pick");
  if (!form) return;
  const KIND = "text/x-point";
  const rows = document.querySelectorAll(".row[data-key]");

  for (const label of form.querySelectorAll(".pickable")) {
    label.draggable = true;
    label.addEventListener("dragstart", (event) => {
      const input = label.querySelector("input");
      input.checked = true;
      event.dataTransfer.setData(KIND, input.value);
      event.dataTransfer.setData("text/plain", input.value);
      event.dataTransfer.effectAllowed = "link";
    });
  }
  for (const row of rows) {
    row.addEventListener("dragover", (event) => {
      if (!event.dataTransfer.types.includes(KIND)) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = "link";
      row.classList.add("over");
    });
    row.addEventListener("dragleave", (event) => {
      if (!row.contains(event.relatedTarget)) row.classList.remove("over");
    });
    row.addEventListener("drop", (event) => {
      if (!event.dataTransfer.types.includes(KIND)) return;
      event.preventDefault();
      row.classList.remove("over");
      form.elements.paragraph.value = row.dataset.key;
      form.requestSubmit(form.querySelector("button[value=rests_on]"));
    });
  }
})();
