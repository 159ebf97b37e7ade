// The drafting room without loading the page again: a paragraph opens in place, and saving it, citing a point and
// filtering the points answer with the room alone. Alt 1 to 9 cite the nearest points while one types, Esc closes, and
// a point can be dragged onto a paragraph. What is typed and not saved stays in its field, or is asked about before the
// page is left. Without this script the same links and forms load pages.
(() => {
  const room = () => document.getElementById("room");
  const form = () => document.getElementById("write");
  const unsaved = new Map(); // typed text of a form that was closed or replaced, by its address
  const place = () => new URL(form().action).pathname;
  const typed = () => form()?.elements.text;
  const isChanged = () => typed() && (typed().value !== typed().defaultValue || form().dataset.refused);

  const keep = () => {
    if (!form() || form().dataset.dropped) return;
    if (isChanged()) unsaved.set(place(), typed().value);
    else unsaved.delete(place());
  };
  const count = () => {
    const area = typed();
    if (!area?.dataset.most) return;
    let shown = form().querySelector(".counted");
    if (!shown) {
      shown = document.createElement("p");
      shown.className = "counted";
      area.after(shown);
    }
    const most = Number(area.dataset.most);
    const length = [...area.value].length;
    shown.textContent = `${length.toLocaleString("en")} / ${most.toLocaleString("en")}`;
    shown.classList.toggle("over", length > most);
  };

  const show = (answer, page, isSent) => {
    const before = form() && { place: place(), at: typed().selectionStart, here: document.activeElement === typed() };
    const seen = document.querySelector(".draft")?.scrollTop;
    if (!isSent) keep();
    else if (form()) unsaved.delete(place());
    room().replaceWith(page);
    if (answer.redirected || !isSent) history.replaceState(null, "", answer.url);
    document.dispatchEvent(new Event("desk:shown"));
    document.getElementById("done").textContent = room().querySelector(".done")?.textContent ?? "";
    const list = document.querySelector(".draft");
    if (list && seen) list.scrollTop = seen;
    const area = typed();
    if (area && answer.status !== 200) form().dataset.refused = "1";
    const problem = document.getElementById("problem");
    if (area && unsaved.has(place())) area.value = unsaved.get(place());
    count();
    const wrong = form()?.querySelector("[aria-invalid=true]");
    if (wrong?.checkVisibility()) {
      wrong.focus(); // in its place: the summary is far above a paragraph at the end
      document.getElementById("done").textContent = problem?.querySelector("ul")?.textContent.trim() ?? "";
    } else if (problem) problem.focus();
    else if (area) {
      const same = before && before.place === place();
      area.focus({ preventScroll: same });
      const at = same && before.here ? before.at : area.value.length;
      area.setSelectionRange(at, at);
      if (!same) area.closest(".para").scrollIntoView({ block: "nearest" });
    }
  };
  const ask = async (address, options = {}) => {
    const answer = await fetch(address, { ...options, headers: { "X-Fragment": "room" } });
    if (![200, 409, 422].includes(answer.status)) throw new Error(answer.status);
    const made = document.createElement("template");
    made.innerHTML = await answer.text();
    if (!made.content.getElementById("room")) throw new Error("not the room");
    show(answer, made.content, options.method === "POST");
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("#room a[data-room]");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if ("drop" in link.dataset) form().dataset.dropped = "1";
    ask(link.href).catch(() => location.assign(link.href));
  });
  document.addEventListener("submit", (event) => {
    const sent = event.target.closest("#room form");
    if (!sent || sent.dataset.sent) return;
    event.preventDefault();
    const address = event.submitter?.getAttribute("formaction") || sent.action;
    const data = new FormData(sent, event.submitter);
    if (sent.method === "get") {
      ask(`${location.pathname}?${new URLSearchParams(data)}`);
      return;
    }
    sent.dataset.sent = "1";
    ask(address, { method: "POST", body: data }).catch(() => {
      delete sent.dataset.sent; // the words stay in their field, and can be sent again
      document.getElementById("done").textContent = room().dataset.failed;
      document.getElementById("done").className = "notice warning";
    });
  });
  document.addEventListener("keydown", (event) => {
    const digit = /^Digit([1-9])$/.exec(event.code);
    const button = event.altKey && digit && room()?.querySelector(`[data-digit="${digit[1]}"]`);
    const close = event.key === "Escape" && form()?.querySelector("[data-close]");
    if (!button && !close) return;
    event.preventDefault();
    (button || close).click();
  });
  document.addEventListener("input", (event) => {
    if (event.target === typed()) count();
    const place = event.target.closest("#room .clash-place");
    if (!place) return;
    const picked = place.querySelector(":checked");
    const words = picked?.dataset.words ?? place.querySelector("textarea").value;
    const number = [...document.querySelectorAll(".clash-place")].indexOf(place);
    document.querySelectorAll(".one ins.clash")[number].lastChild.textContent = words;
  });
  window.addEventListener("beforeunload", (event) => {
    keep();
    if (unsaved.size && !form()?.dataset.sent) event.preventDefault();
  });

  const KIND = "text/x-point";
  const target = (event) => event.dataTransfer.types.includes(KIND) && event.target.closest("[data-paragraph]");
  const mark = (row) => {
    for (const each of document.querySelectorAll(".para.over")) each.classList.remove("over");
    if (row) row.classList.add("over");
  };
  document.addEventListener("dragstart", (event) => {
    const point = event.target.closest?.("[data-point]");
    if (point) event.dataTransfer.setData(KIND, point.dataset.point);
  });
  document.addEventListener("dragover", (event) => {
    const row = target(event);
    if (row) event.preventDefault();
    mark(row);
  });
  document.addEventListener("drop", (event) => {
    const row = target(event);
    mark(null);
    if (!row) return;
    event.preventDefault();
    const data = new FormData();
    data.set("csrfmiddlewaretoken", room().querySelector("[name=csrfmiddlewaretoken]").value);
    data.set("paragraph", row.dataset.paragraph);
    data.set("cite", `rests_on ${event.dataTransfer.getData(KIND)}`);
    ask(room().dataset.pick + location.search, { method: "POST", body: data });
  });
  count();
})();
