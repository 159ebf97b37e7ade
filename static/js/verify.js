// Computes the hash of a file in the browser and asks the portal for that hash alone, so that the file stays where it
// is. Only when the file is not exactly one of ours, and the person says so, the form sends it. Without this script,
// or where the browser has no crypto.subtle, the form sends it at once.
(() => {
  const form = document.getElementById("verify-file");
  if (!form || !window.crypto?.subtle) return;
  const input = form.querySelector("[type=file]"),
    said = form.querySelector("[data-said]");
  const part = (name) => form.querySelector(`template[data-${name}]`).content.cloneNode(true);
  const word = (name) => part("words").querySelector(`[data-${name}]`).textContent;
  form.querySelector("[data-sent]").hidden = true;
  form.querySelector("[data-stays]").hidden = false;

  const say = (name) => {
    const p = document.createElement("p");
    p.textContent = word(name);
    said.replaceChildren(p);
  };
  const hashOf = async (file) => {
    const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  };

  const verify = async (file) => {
    if (file.size > Number(form.dataset.largest)) return say("large");
    say("busy");
    let hash, answer;
    try {
      hash = await hashOf(file);
    } catch {
      return say("unread");
    }
    try {
      answer = await fetch(`${form.action}?hash=${hash}`, { method: "HEAD", signal: AbortSignal.timeout(30_000) });
    } catch {
      return say("failed");
    }
    if (answer.ok) return location.assign(answer.url);
    if (answer.status !== 404) return say("failed");
    said.replaceChildren(part("closer"));
  };

  form.addEventListener("submit", (event) => {
    const [file] = input.files;
    if (!file?.size || event.submitter?.hasAttribute("data-send")) return; // the portal says what is wrong
    event.preventDefault();
    verify(file);
  });
  input.addEventListener("change", () => said.replaceChildren());

  // A file may be dropped anywhere on the page; beside the field the browser would open it and leave the page.
  const brings = (event) => event.dataTransfer?.types.includes("Files");
  addEventListener("dragover", (event) => {
    if (brings(event)) event.preventDefault();
  });
  addEventListener("drop", (event) => {
    if (!brings(event)) return;
    event.preventDefault();
    if (!event.dataTransfer.files.length) return; // a folder, or what a program only promises
    const one = new DataTransfer();
    one.items.add(event.dataTransfer.files[0]);
    input.files = one.files;
    said.replaceChildren();
    input.focus();
  });
})();
