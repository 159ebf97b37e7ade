// Counts the characters of the texts as they are typed, and asks before a page with unsaved words is left. Without this
// script the limit is said beside the field, and the words are checked when they are sent.
(() => {
  const forms = document.querySelectorAll("form.words");
  let unsaved = false;

  const count = (area) => {
    const limit = /(\d[\d,]*)/.exec(area.closest(".field").querySelector("label small")?.textContent ?? "");
    if (!limit) return;
    const most = Number(limit[1].replaceAll(",", ""));
    const shown = document.createElement("p");
    shown.className = "counted";
    const say = () => {
      const length = [...area.value].length;
      shown.textContent = `${length.toLocaleString("en")} / ${most.toLocaleString("en")}`;
      shown.classList.toggle("over", length > most);
    };
    area.after(shown);
    area.addEventListener("input", say);
    say();
  };

  for (const form of forms) {
    form.querySelectorAll("textarea:is([name=text], [name=rest])").forEach(count);
    form.addEventListener("input", () => {
      unsaved = true;
    });
    form.addEventListener("submit", () => {
      unsaved = false;
    });
  }
  window.addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });
})();
