// Ctrl K, Cmd K, "/" or the link opens "Find" over the page. The dialog's script and styles are loaded when it opens.
(() => {
  const template = document.getElementById("palette");
  if (!template) return;
  let palette;

  const make = () => {
    palette = document.importNode(template.content, true).querySelector("dialog");
    const style = Object.assign(document.createElement("link"), { rel: "stylesheet", href: template.dataset.style });
    document.head.append(style);
    document.body.append(palette, Object.assign(document.createElement("script"), { src: template.dataset.script }));
  };

  const start = () => {
    if (!palette) make();
    if (palette.open) return;
    palette.showModal();
    palette.querySelector("[type=search]").select();
    palette.dispatchEvent(new Event("start"));
  };

  const keysAreOff = () => {
    try {
      return localStorage.getItem("keys-off") === "1";
    } catch {
      return false;
    }
  };
  document.addEventListener("keydown", (event) => {
    const key = event.key.toLowerCase();
    const combined = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && key === "k";
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    const slash = key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !typing && !keysAreOff();
    if ((!combined && !slash) || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    start();
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || palette?.contains(link) || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    const address = new URL(link.href);
    if (address.pathname !== template.dataset.page || address.searchParams.has("q")) return;
    event.preventDefault();
    start();
  });
})();
