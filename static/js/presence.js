// Colleagues in the drafting room see each other: a sign every few seconds while a paragraph is open for writing, and
// the marks of the others, kept up to date silently; only who opens the same paragraph is read out, once. Without this
// script, saving is the sign, and the marks are those of when the page was loaded.
(() => {
  const EVERY = 15_000,
    AWAY = 600_000; // without a key or a click, a paragraph that is not changed counts as closed
  const room = () => document.getElementById("room");
  const form = () => document.getElementById("write");
  let touched = Date.now(),
    sign = null, // the address and the paragraph of the last sign that somebody is writing here
    warned = "";

  const open = () => {
    if (!form()) return null;
    const area = form().elements.text;
    const isChanged = area && area.value !== area.defaultValue;
    if (!isChanged && Date.now() - touched > AWAY) return null;
    return form().closest("[data-paragraph]")?.dataset.paragraph ?? "";
  };
  const body = (paragraph, isClosed) => {
    const data = new FormData();
    data.set("csrfmiddlewaretoken", form()?.elements.csrfmiddlewaretoken.value ?? sign.token);
    data.set("paragraph", paragraph);
    if (isClosed) data.set("is_closed", "on");
    return data;
  };
  const close = () => {
    if (sign) navigator.sendBeacon(sign.address, body(sign.paragraph, true));
    sign = null;
  };
  const show = (text) => {
    const marks = document.createElement("template");
    marks.innerHTML = text;
    for (const place of room().querySelectorAll("[data-here]")) {
      const mark = marks.content.querySelector(`[data-here="${place.dataset.here}"]`);
      const now = mark?.innerHTML.trim() ?? "";
      if (place.innerHTML.trim() !== now) place.innerHTML = now;
    }
    const beside = [...(form()?.closest(".open")?.querySelectorAll(".writers .writer") ?? [])]
      .map((each) => each.textContent.trim())
      .join(" ");
    if (beside && beside !== warned) document.getElementById("done").textContent = beside;
    warned = beside;
  };
  const ask = async () => {
    const address = room()?.dataset.writers;
    if (!address || (document.hidden && !form())) return;
    const paragraph = open();
    if (sign && (sign.address !== address || sign.paragraph !== paragraph)) close();
    let options = {};
    if (paragraph !== null) {
      sign = { address, paragraph, token: form().elements.csrfmiddlewaretoken.value };
      options = { method: "POST", body: body(paragraph) };
    } else if (Date.now() - touched > AWAY) return;
    const answer = await fetch(address, options).catch(() => null);
    if (answer?.ok && room()?.dataset.writers === address) show(await answer.text());
  };

  for (const kind of ["input", "keydown", "click"])
    document.addEventListener(kind, () => {
      touched = Date.now();
    });
  document.addEventListener("desk:shown", ask);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) ask(); // it turns hidden as the page is left, too
  });
  window.addEventListener("pagehide", close);
  setInterval(ask, EVERY);
  ask();
})();
