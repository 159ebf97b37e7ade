// Lists with a pane without loading the page again: rows open in it, decisions answer with the list and the next row.
(() => {
  const wide = matchMedia("(min-width: 60.01rem)");
  const OPENING = ".rows .row a, .matrix td a"; // links that open something in the pane
  const desk = () => document.getElementById("desk");

  const ask = async (address, part, options = {}) => {
    const answer = await fetch(address, { ...options, headers: { "X-Fragment": part } });
    if (answer.redirected || !(answer.ok || [409, 422].includes(answer.status))) throw new Error(answer.status);
    const made = document.createElement("template");
    made.innerHTML = await answer.text();
    return made.content;
  };
  const shown = () => {
    const problem = document.getElementById("problem");
    (problem || document.querySelector("#pane h2.title"))?.focus({ preventScroll: !problem });
    document.dispatchEvent(new Event("desk:shown"));
  };
  const show = async (address, options) => {
    const columns = () => [...document.querySelectorAll(".list-col, .text-col, .points-col")];
    const at = columns().map((column) => column.scrollTop);
    const top = scrollY;
    const answer = await ask(address, "desk", options);
    const marked = [...document.querySelectorAll("input[form=bulk]:checked")].map((box) => box.value);
    desk().replaceWith(answer);
    for (const box of document.querySelectorAll("input[form=bulk]")) box.checked = marked.includes(box.value);
    for (const [turn, column] of columns().entries()) column.scrollTop = at[turn];
    scrollTo(0, top);
    shown();
  };

  const read = async (link) => {
    const pane = await ask(link.href, "pane");
    document.getElementById("pane").replaceWith(pane);
    for (const each of document.querySelectorAll(OPENING)) {
      each.closest(".row")?.classList.toggle("on", each === link);
      each.removeAttribute("aria-current");
    }
    link.setAttribute("aria-current", "true");
    link.scrollIntoView({ block: "nearest" });
    history.replaceState(null, "", link.href);
    shown();
  };
  const decide = async (form, button) => {
    await show(form.action, { method: "POST", body: new FormData(form, button) });
    history.replaceState(null, "", desk().dataset.address);
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest(OPENING);
    if (!link || !wide.matches || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    read(link).catch(() => location.assign(link.href));
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("#desk a[data-opens]");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    show(link.href).catch(() => location.assign(link.href));
  });
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("#desk form[data-decides]");
    if (!form || event.submitter?.name === "then") return;
    event.preventDefault();
    if (form.dataset.sent) return;
    form.dataset.sent = "1";
    decide(form, event.submitter).catch(() => form.submit());
  });
})();
