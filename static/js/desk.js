// The list of inputs and its reading pane without loading the page again: rows open in the pane, and a decision answers
// with the list and the next input. Without this script the same links and forms load pages.
(() => {
  const wide = matchMedia("(min-width: 60.01rem)");
  const desk = () => document.getElementById("desk");

  const ask = async (address, part, options = {}) => {
    const answer = await fetch(address, { ...options, headers: { "X-Fragment": part } });
    if (answer.redirected || !(answer.ok || [409, 422].includes(answer.status))) throw new Error(answer.status);
    const made = document.createElement("template");
    made.innerHTML = await answer.text();
    return made.content;
  };
  const shown = () => {
    document.dispatchEvent(new Event("desk:shown"));
    const problem = document.getElementById("problem");
    (problem || document.querySelector("#pane h2.title"))?.focus({ preventScroll: !problem });
  };

  const read = async (link) => {
    const pane = await ask(link.href, "pane");
    document.getElementById("pane").replaceWith(pane);
    for (const row of document.querySelectorAll(".rows .row")) {
      const here = row.contains(link);
      row.classList.toggle("on", here);
      row.querySelector("a").toggleAttribute("aria-current", here);
      if (here) row.querySelector("a").setAttribute("aria-current", "true");
    }
    link.scrollIntoView({ block: "nearest" });
    history.replaceState(null, "", link.href);
    shown();
  };
  const decide = async (form, button) => {
    const list = document.querySelector(".list-col");
    const at = list.scrollTop;
    const marked = [...document.querySelectorAll("input[form=bulk]:checked")].map((box) => box.value);
    const answer = await ask(form.action, "desk", { method: "POST", body: new FormData(form, button) });
    desk().replaceWith(answer);
    for (const box of document.querySelectorAll("input[form=bulk]")) box.checked = marked.includes(box.value);
    document.querySelector(".list-col").scrollTop = at;
    history.replaceState(null, "", desk().dataset.address);
    shown();
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest(".rows .row a");
    if (!link || !wide.matches || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    read(link).catch(() => location.assign(link.href));
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
