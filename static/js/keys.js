// Single keys at the desk: only shortcuts to the links and buttons that stand on the page. They can be turned off, and
// nothing is decided by a key alone: it opens the page or the form that says what will happen.
(() => {
  const help = document.querySelector(".keys");
  if (!help) return;
  const off = help.querySelector("button");
  const KEPT = "keys-off";
  let on = true;
  try {
    on = localStorage.getItem(KEPT) !== "1";
  } catch {
    /* without storage they are on */
  }

  const show = () => {
    off.textContent = on ? off.dataset.on : off.dataset.off;
  };
  off.addEventListener("click", () => {
    on = !on;
    try {
      if (on) localStorage.removeItem(KEPT);
      else localStorage.setItem(KEPT, "1");
    } catch {
      /* for this page only */
    }
    show();
  });
  help.hidden = false;
  show();

  const links = [...document.querySelectorAll("[data-keys=queue] tbody th a")];
  const row = () => document.activeElement.closest("[data-keys=queue] tr");
  const step = (by) => {
    const at = links.findIndex((link) => link.closest("tr") === row());
    links[at < 0 ? 0 : Math.min(links.length - 1, Math.max(0, at + by))]?.focus();
  };
  const box = () => row()?.querySelector("input[type=checkbox]");
  const act = (name) => {
    const bulk = document.getElementById("bulk");
    const marked = document.querySelector("input[form=bulk]:checked");
    if (!marked && box()) box().checked = true;
    if (marked || box()) bulk.requestSubmit(bulk.querySelector(`button[value=${name}]`));
  };
  const open = (id) => {
    const form = document.getElementById(id);
    if (!form) return;
    form.open = true;
    form.querySelector("select, textarea").focus();
  };
  const QUEUE = {
    j: () => step(1),
    k: () => step(-1),
    x: () => {
      if (box()) box().checked = !box().checked;
    },
    a: () => act("accept"),
    s: () => act("set_aside"),
    r: () => {
      const link = row()?.querySelector("a");
      if (link) location.assign(`${link.href}?form=return_for_completion`);
    },
  };
  const INPUT = {
    j: () => document.querySelector("a[rel=next]")?.click(),
    k: () => document.querySelector("a[rel=prev]")?.click(),
    a: () => document.querySelector("form[action$='/accept/'] button")?.focus(),
    r: () => open("return_for_completion"),
    s: () => open("set_aside"),
  };
  const keys = help.dataset.where === "queue" ? QUEUE : INPUT;
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
    if (!on || typing || event.ctrlKey || event.altKey || event.metaKey || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
  const asked = new URLSearchParams(location.search).get("form");
  if (keys === INPUT && asked) open(asked);
})();
