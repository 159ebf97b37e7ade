// A form whose act takes seconds: while it is sent, its button says so, and a second click sends nothing again.
// Without this script the browser's own sign of loading is there.
(() => {
  const form = document.querySelector("form[data-busy]");
  if (!form) return;
  const status = form.querySelector("[role=status]");
  form.addEventListener("submit", (event) => {
    if (status.textContent) event.preventDefault();
    status.textContent = form.dataset.busy;
  });
  addEventListener("pageshow", () => {
    status.textContent = ""; // back from the page that followed
  });
})();
