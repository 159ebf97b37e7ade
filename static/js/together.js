// Amendments to the same words: what the page shows under "As it would read" follows the decisions and the words typed.
// The portal makes the text; without this script a button asks for it.
(() => {
  const form = () => document.getElementById("together");
  let turn = 0;
  let later = 0;

  const show = async () => {
    const own = ++turn;
    const body = new FormData(form());
    body.set("show", "1");
    const answer = await fetch(form().action, { method: "POST", body, headers: { "X-Fragment": "pane" } });
    if (!answer.ok || own !== turn) return;
    const made = document.createElement("template");
    made.innerHTML = await answer.text();
    const [fresh, typed] = [made.content.querySelector("#as-decided"), form()?.elements.text];
    if (own !== turn || !fresh) return;
    document.getElementById("as-decided").replaceWith(fresh);
    if (typed && typed !== document.activeElement) typed.value = made.content.querySelector("[name=text]").value;
  };
  const hide = () => {
    const button = form()?.querySelector("[name=show]");
    if (button) button.hidden = true;
  };

  document.addEventListener("change", (event) => {
    if (event.target.closest("#together [type=radio]")) show();
  });
  document.addEventListener("input", (event) => {
    if (!event.target.closest("#together [name=text]")) return;
    clearTimeout(later);
    later = setTimeout(show, 400);
  });
  document.addEventListener("desk:shown", hide);
  hide();
})();
