// The screen of a forum asks every second and a half whether there is news and puts in the parts that changed. The
// clock and the time of the one who speaks run here. Without this file the page has a link that shows what is new.
(() => {
  const stage = document.getElementById("stage");
  if (!stage) return;
  const lost = document.getElementById("lost"),
    clock = document.getElementById("clock");
  const skew = stage.dataset.now * 1000 - Date.now();
  const nairobi = new Intl.DateTimeFormat("en-GB", { timeZone: "Africa/Nairobi", hour: "2-digit", minute: "2-digit" });
  let { version } = stage.dataset;

  const tick = () => {
    const now = Date.now() + skew;
    clock.textContent = `${nairobi.format(now)} EAT`;
    for (const each of stage.querySelectorAll("[data-since]")) {
      const seconds = Math.max(0, Math.floor(now / 1000 - each.dataset.since));
      each.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    }
  };

  const ask = async () => {
    try {
      const answer = await fetch(`${stage.dataset.news}?since=${version}`);
      const is_ours = answer.status === 204 || answer.headers.has("X-Version");
      lost.hidden = is_ours;
      if (answer.status === 200 && is_ours) {
        const parts = new DOMParser().parseFromString(await answer.text(), "text/html").body.children;
        for (const part of [...parts]) document.getElementById(part.id).replaceWith(part);
        version = answer.headers.get("X-Version");
        tick();
      }
    } catch {
      lost.hidden = false;
    }
    setTimeout(ask, document.hidden ? 6000 : 1500);
  };

  tick();
  setInterval(tick, 1000);
  setTimeout(ask, 1500);
})();
