// Single keys for links and buttons with data-key. A key never decides: it opens or focuses, and Enter presses.
(() => {
  const KEPT = "keys-off";
  let on = true;
  try {
    on = localStorage.getItem(KEPT) !== "1";
  } catch {
    /* without storage they are on */
  }

  const show = () => {
    document.documentElement.classList.toggle("keyed", on);
    for (const part of document.querySelectorAll(".keys")) part.hidden = !on;
    for (const part of document.querySelectorAll(".keys-switch")) {
      const button = part.querySelector("button");
      part.hidden = false;
      button.textContent = on ? button.dataset.on : button.dataset.off;
    }
  };
  document.addEventListener("click", (event) => {
    if (!event.target.closest(".keys-switch button")) return;
    on = !on;
    try {
      if (on) localStorage.removeItem(KEPT);
      else localStorage.setItem(KEPT, "1");
    } catch {
      /* for this page only */
    }
    show();
  });
  document.addEventListener("desk:shown", show);
  show();

  const open = (element) => {
    if (element.matches("summary")) {
      element.parentElement.open = true;
      element.parentElement.querySelector("[type=radio], select, textarea").focus();
    } else if (element.matches("a")) element.click();
    else element.focus();
  };
  const step = (by) => {
    const links = [...document.querySelectorAll(".rows .row a")];
    const at = links.findIndex((link) => link.hasAttribute("aria-current"));
    const link = links[at < 0 ? 0 : at + by];
    if (!link) return;
    link.focus();
    link.click();
  };
  const mark = () => {
    const box = document.querySelector(".row.on input[type=checkbox]");
    if (box) box.checked = !box.checked;
  };
  const LIST = { j: () => step(1), k: () => step(-1), x: mark };

  document.addEventListener("keydown", (event) => {
    const field = event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
    if (field && event.key === "Enter" && event.ctrlKey && field.form) {
      event.preventDefault();
      field.form.requestSubmit();
      return;
    }
    if (!on || field || event.ctrlKey || event.altKey || event.metaKey || event.key.length !== 1) return;
    const named = [...document.querySelectorAll(`[data-key="${CSS.escape(event.key)}"]`)];
    const element = named.find((each) => each.checkVisibility());
    const list = document.querySelector(".rows") && LIST[event.key];
    if (!element && !list) return;
    event.preventDefault();
    if (element) open(element);
    else list();
  });
})();
