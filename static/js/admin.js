// Names the fields in which one types to search for a record: the library behind them leaves them without a label.
(() => {
  const $ = django.jQuery;

  const headOf = (select) => {
    const cell = select.closest("td");
    return cell?.closest("table").tHead?.rows[0]?.cells[cell.cellIndex];
  };

  const labelOf = (select) => {
    const label = document.querySelector(`label[for="${select.id}"]`) ?? headOf(select);
    if (label && !label.id) label.id = `name-of-${select.id}`;
    return label?.id;
  };

  const name = (box, select) => {
    const label = labelOf(select);
    if (!label) return;
    box.querySelector(".select2-search__field")?.setAttribute("aria-labelledby", label);
    const chosen = box.querySelector(".select2-selection--single > .select2-selection__rendered");
    if (!chosen) return;
    chosen.removeAttribute("role"); // it shows what is chosen; the box around it is the field
    chosen.removeAttribute("aria-readonly");
    chosen.parentElement.setAttribute("aria-labelledby", `${label} ${chosen.id}`);
  };

  const nameAll = () => {
    for (const box of document.querySelectorAll(".select2-hidden-accessible + .select2-container")) {
      name(box, box.previousElementSibling);
    }
  };

  $(nameAll);
  document.addEventListener("formset:added", () => setTimeout(nameAll));
  $(document).on("select2:open", (event) => {
    for (const box of document.querySelectorAll(".select2-container--open")) name(box, event.target);
  });
})();
