// The dialog "Find": a combobox with a list of results. static/js/find.js loads this when the dialog first opens. An
// answer to what is no longer typed is thrown away.
(() => {
  const palette = document.querySelector("dialog.palette");
  const WAIT = 120; // milliseconds after the last key
  const PATIENCE = 10_000;
  const form = palette.querySelector("form");
  const input = form.elements.q;
  const list = palette.querySelector("[role=listbox]");
  const counted = palette.querySelector(".counted");
  const lost = palette.querySelector(".lost");
  let timer;
  let asked; // the request under way
  let shown = null; // what the list answers
  let opensFirst = false; // Enter was pressed before the answer came

  const options = () => [...list.querySelectorAll("[role=option]")];
  const chosen = () => list.querySelector("[aria-selected=true]");

  const choose = (option) => {
    chosen()?.setAttribute("aria-selected", "false");
    if (!option) {
      input.removeAttribute("aria-activedescendant");
      return;
    }
    option.setAttribute("aria-selected", "true");
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  };

  const step = (by) => {
    const all = options();
    if (!all.length) return;
    const at = all.indexOf(chosen());
    choose(all[(at + by + all.length) % all.length]);
  };

  // The results of the page become a list of options: the links stay what they are.
  const show = (html) => {
    const answer = new DOMParser().parseFromString(html, "text/html");
    const status = answer.querySelector(".counted");
    counted.textContent = status ? status.textContent.trim().replace(/\s+/g, " ") : "";
    list.replaceChildren(...answer.querySelectorAll("section"));
    list.querySelectorAll("section").forEach((section, turn) => {
      const heading = section.querySelector("h2");
      heading.id = `palette-group-${turn}`;
      heading.setAttribute("role", "presentation");
      section.setAttribute("role", "group");
      section.setAttribute("aria-labelledby", heading.id);
      for (const item of section.querySelectorAll("ul, li")) item.setAttribute("role", "presentation");
    });
    list.querySelectorAll("a").forEach((link, turn) => {
      link.id = `palette-option-${turn}`;
      link.tabIndex = -1;
      link.setAttribute("role", "option");
      link.setAttribute("aria-selected", "false");
    });
    input.setAttribute("aria-expanded", String(options().length > 0));
    choose(shown ? options()[0] : null);
  };

  const empty = (words) => {
    list.replaceChildren();
    counted.textContent = words;
    input.setAttribute("aria-expanded", "false");
    choose(null);
    shown = null;
  };

  const fail = () => {
    empty("");
    lost.querySelector("a").href = `${form.action}?${new URLSearchParams(new FormData(form))}`;
    lost.hidden = false;
  };

  const ask = async () => {
    asked?.abort();
    const fits = input.validity.valid;
    input.setAttribute("aria-invalid", String(!fits));
    if (!fits) {
      asked = undefined;
      lost.hidden = true;
      empty(input.title); // too long: nothing of it is cut
      return;
    }
    const own = new AbortController();
    asked = own;
    const words = input.value.trim();
    const patience = setTimeout(() => own.abort("late"), PATIENCE);
    try {
      const query = new URLSearchParams(new FormData(form));
      query.set("part", "results");
      const response = await fetch(`${form.action}?${query}`, { signal: own.signal });
      if (!response.ok || response.redirected) throw new Error(response.status);
      const html = await response.text();
      if (asked !== own) return;
      shown = words;
      lost.hidden = true;
      show(html);
      if (opensFirst) open();
    } catch {
      if (asked === own) fail();
    } finally {
      clearTimeout(patience);
      if (asked === own) opensFirst = false;
    }
  };

  const open = () => {
    const option = chosen();
    if (option) option.click();
    else form.submit();
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    opensFirst = false;
    timer = setTimeout(ask, WAIT);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) step(by);
    else if (event.key === "Escape") palette.close(); // a search field would only empty itself
    else return;
    event.preventDefault();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!input.validity.valid) return;
    if (!lost.hidden) form.submit();
    else if (shown === input.value.trim()) open();
    else {
      opensFirst = true; // what is typed has not been answered yet: its first result is meant
      clearTimeout(timer);
      ask();
    }
  });
  palette.querySelector(".close").addEventListener("click", () => palette.close());

  palette.addEventListener("start", () => {
    if (shown === null) ask();
  });
  ask(); // of what was typed while this was loaded
})();
