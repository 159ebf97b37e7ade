// Adds buttons to the link of a page: copy it, or share it where the device can. Without this script the link is there.
(() => {
  for (const place of document.querySelectorAll("[data-copy]")) {
    const url = place.querySelector("a").href;
    const add = (words, act) => {
      const button = document.createElement("button");
      button.className = "linklike";
      button.type = "button";
      button.textContent = words;
      button.addEventListener("click", () => act(button));
      place.append(" · ", button);
      return button;
    };
    if (navigator.clipboard) {
      const copy = async (button) => {
        await navigator.clipboard.writeText(url);
        button.textContent = place.dataset.copied;
      };
      add(place.dataset.copy, copy).setAttribute("aria-live", "polite");
    }
    if (navigator.share) add(place.dataset.share, () => navigator.share({ url }).catch(() => {}));
  }
})();
