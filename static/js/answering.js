// A point is answered beside the text: the form of its page comes in under the point, and what is typed there stays
// while paragraphs are saved and points cited. Without this script the same link leads to the page.
(() => {
  let panel = null;
  const say = (text) => {
    document.getElementById("done").textContent = text;
  };
  const put = () => {
    const links = [...document.querySelectorAll("#room a[data-answer]")];
    const link = links.find((each) => each.pathname === panel.dataset.at);
    (link?.closest("li") ?? document.getElementById("points"))?.append(panel);
  };
  const close = () => {
    panel?.remove();
    panel = null;
  };
  const show = (page, at) => {
    const answer = page.querySelector("section.answer");
    if (!answer) throw new Error("no form");
    close();
    panel = document.createElement("div");
    panel.dataset.at = at;
    panel.append(...page.querySelectorAll("main #problem"), answer);
    put();
    (panel.querySelector("#problem") ?? panel.querySelector("input:not([type=hidden])")).focus();
  };
  const ask = async (address, options = {}) => {
    const answer = await fetch(address, { ...options, headers: { "X-Fragment": "answer" } });
    if (![200, 422].includes(answer.status)) throw new Error(answer.status);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!options.method || answer.status === 422) return show(page, new URL(address, location).pathname);
    const done = page.querySelector("main [role=status] p, main .done")?.textContent.trim() ?? "";
    const note = document.createElement("p");
    note.className = "done";
    note.textContent = done;
    panel.replaceWith(note);
    panel = null;
    return say(done);
  };

  const onClick = (event) => {
    const link = event.target.closest("#room a[data-answer]");
    if (link && !(event.button || event.ctrlKey || event.metaKey || event.shiftKey)) {
      event.preventDefault();
      ask(link.href).catch(() => location.assign(link.href));
    } else if (panel?.contains(event.target) && event.target.closest(".actions a")) {
      event.preventDefault();
      close();
    }
  };
  const onSubmit = (event) => {
    const form = event.target;
    if (!panel?.contains(form)) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // the script of the room would send it as one of its own
    ask(form.action, { method: "POST", body: new FormData(form) }).catch(() =>
      say(document.getElementById("room").dataset.failed),
    );
  };
  document.addEventListener("click", onClick);
  document.addEventListener("submit", onSubmit, { capture: true });
  document.addEventListener("desk:shown", () => panel && put());
  window.addEventListener("beforeunload", (event) => {
    const reason = panel?.querySelector("[name=reason]");
    if (reason && reason.value !== reason.defaultValue) event.preventDefault();
  });
})();
