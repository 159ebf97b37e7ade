// A draft is saved as it is typed, and what could not be saved is kept in this browser until it is. Each draft has one
// key, made with the form: however often and from wherever its words are sent, it is one input. Without this script the
// Save button does the same.
(() => {
  const PREFIX = "ncm-draft:",
    DAYS = 14,
    PAUSE = 1500,
    SIGN = 45_000,
    AWAY = 600_000;
  const NAMES = ["organisation", "theme", "objectives", "title", "body", "proposed_wording", "language", "audience"];

  // --- The copy in this browser; a browser that keeps nothing is no reason to fail ---
  const keep = (key, copy) => {
    try {
      localStorage.setItem(PREFIX + key, JSON.stringify(copy));
    } catch {}
  };
  const drop = (key) => {
    try {
      localStorage.removeItem(PREFIX + key);
    } catch {}
  };
  const copies = () => {
    const found = [];
    try {
      for (const name of Object.keys(localStorage).filter((each) => each.startsWith(PREFIX))) {
        const copy = JSON.parse(localStorage.getItem(name));
        if (Date.now() - copy.at > DAYS * 86_400_000) localStorage.removeItem(name);
        else found.push({ ...copy, key: name.slice(PREFIX.length) });
      }
    } catch {}
    return found;
  };

  for (const sent of document.querySelectorAll("[data-sent]")) drop(sent.dataset.sent);
  const form = document.getElementById("draft");
  if (!form) return;

  const field = (name) => form.elements[name];
  const key = () => field("key").value;
  const state = document.getElementById("draft-state"),
    trouble = document.getElementById("draft-trouble");
  const others = document.getElementById("draft-others");

  const words = () => {
    const data = new FormData(form);
    return Object.fromEntries(NAMES.map((name) => [name, data.getAll(name)]));
  };
  // The same words in one spelling, as the portal keeps them.
  const spelt = (found) =>
    JSON.stringify(
      NAMES.slice(1).map((name) => {
        const list = [found[name] ?? []].flat().map((each) => each.replaceAll("\r\n", "\n").normalize("NFC"));
        return name === "title" ? list.map((each) => each.trim()) : name === "objectives" ? list.sort() : list;
      }),
    );

  let saved = form.hasAttribute("data-unsaved") ? "" : spelt(words()); // what the portal has
  let tried = []; // what was sent to it and perhaps arrived
  let busy = null,
    timer = null,
    touched = Date.now(),
    halted = false;

  const say = (id, fill = () => {}) => {
    if (trouble.dataset.said === id && id !== "draft-refused") return; // said once, not at every letter
    trouble.dataset.said = id;
    const told = document.getElementById(id).content.cloneNode(true);
    fill(told);
    trouble.replaceChildren(told);
  };
  const copy = () =>
    keep(key(), {
      owner: form.dataset.owner,
      address: form.getAttribute("action"),
      at: Date.now(),
      seenAt: field("seen_at").value,
      title: field("title").value,
      words: words(),
      tried,
    });

  // --- Saving ---
  const send = () =>
    fetch(form.dataset.save, {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
      redirect: "manual",
      headers: { Accept: "application/json" },
      signal: AbortSignal.timeout(20_000),
    });

  const save = async () => {
    if (halted || busy) return busy;
    if (!new FormData(form).get("theme")) {
      say("draft-no-theme");
      return null;
    }
    busy = attempt().finally(() => {
      busy = null;
    });
    await busy;
    if (!halted && spelt(words()) !== saved) later();
    return null;
  };

  const attempt = async (again = true) => {
    const now = spelt(words());
    if (now !== saved && !tried.includes(now)) {
      tried.push(now);
      copy();
    }
    let answer,
      told = {};
    try {
      answer = await send();
      if (answer.type !== "opaqueredirect") told = await answer.json().catch(() => ({}));
    } catch {
      say("draft-offline");
      later(5_000);
      return;
    }
    if (answer.ok) accept(now, told);
    else if (answer.type === "opaqueredirect")
      say("draft-signed-out", (page) => {
        page.querySelector("[data-sign-in]").href =
          `${form.dataset.signIn}?next=${encodeURIComponent(location.pathname + location.search)}`;
      });
    else if (answer.status === 403)
      say("draft-stale", (page) => {
        page.querySelector("[data-again]").href = location.href;
      });
    else if (answer.status === 409 && told.theirs && again && tried.includes(spelt(told.theirs))) {
      field("seen_at").value = told.theirs.seen_at; // our own words, whose answer was lost on the way
      await attempt(false);
    } else if (told.theirs) {
      halted = true;
      say("draft-conflict");
    } else
      say("draft-refused", (page) => {
        page.querySelector("[data-reasons]").textContent = (told.reasons ?? [answer.status]).join(" ");
      });
  };

  const accept = (now, told) => {
    saved = now;
    tried = [];
    field("seen_at").value = told.seen_at;
    state.hidden = false;
    state.textContent = told.said;
    trouble.replaceChildren();
    delete trouble.dataset.said;
    others.hidden = !told.others.length;
    others.querySelector("b").textContent = told.others.join(", ");
    if (form.getAttribute("action") !== told.address) {
      form.setAttribute("action", told.address);
      history.replaceState(null, "", told.address);
    }
    if (spelt(words()) === saved) drop(key());
    else copy();
  };

  const later = (pause = PAUSE) => {
    clearTimeout(timer);
    timer = setTimeout(save, pause);
  };
  const change = () => {
    touched = Date.now();
    copy();
    later();
  };
  form.addEventListener("input", change);
  window.addEventListener("online", () => later(0));
  window.addEventListener("pagehide", () => {
    if (spelt(words()) !== saved) copy();
  });
  // Colleagues see who has the draft open: a sign of life while somebody is at it.
  setInterval(() => {
    const open = field("seen_at").value && document.visibilityState === "visible";
    if (open && Date.now() - touched < AWAY) save();
  }, SIGN);

  // Sending or saving by a button: after what is on its way, and not into the void.
  form.addEventListener("submit", (event) => {
    copy();
    if (!navigator.onLine) {
      event.preventDefault();
      say("draft-offline");
      return;
    }
    clearTimeout(timer);
    if (!busy) {
      halted = true;
      return;
    }
    event.preventDefault();
    const button = event.submitter;
    busy.then(() => form.requestSubmit(button));
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) halted = false;
  });

  // --- Offering back ---
  const put = (found) => {
    for (const name of NAMES)
      for (const input of form.querySelectorAll(`[name=${name}]`)) {
        const values = found.words[name] ?? [];
        if (input.matches("[type=radio], [type=checkbox]")) input.checked = values.includes(input.value);
        else input.value = values[0] ?? "";
      }
    form.dataset.save = form.dataset.save.replace(key(), found.key);
    drop(key());
    field("key").value = found.key;
    field("seen_at").value = found.seenAt;
    tried = found.tried ?? [];
    change();
  };

  const offer = (found) => {
    const notice = document.getElementById("draft-offer").content.firstElementChild.cloneNode(true);
    notice.querySelector("[data-title]").textContent = found.title || "…";
    notice.querySelector("[data-at]").textContent =
      `(${new Date(found.at).toLocaleString(document.documentElement.lang)})`;
    notice.querySelector("[data-do=back]").addEventListener("click", () => {
      notice.remove();
      if (found.seenAt && found.key !== key()) location.assign(found.address);
      else put(found);
    });
    notice.querySelector("[data-do=drop]").addEventListener("click", () => {
      notice.remove();
      drop(found.key);
    });
    form.before(notice);
  };

  const isNew = !field("seen_at").value;
  for (const found of copies().filter((each) => each.owner === form.dataset.owner)) {
    const same = found.key === key();
    if (same && form.hasAttribute("data-unsaved")) tried = found.tried ?? [];
    else if (same && spelt(found.words) === saved) drop(found.key);
    else if (same || isNew) offer(found);
  }

  // --- The objectives: only those with the words that are typed ---
  const box = form.querySelector(".groups"),
    template = document.getElementById("objective-filter");
  if (!box || !template) return;
  const filter = template.content.firstElementChild.cloneNode(true);
  const asked = filter.querySelector("input"),
    count = filter.querySelector("p");
  box.before(filter);
  asked.addEventListener("input", (event) => {
    event.stopPropagation(); // a filter is no word of the draft
    const wanted = asked.value.toLowerCase().split(/\s+/);
    let shown = 0,
      all = 0;
    for (const group of box.children) {
      let any = false;
      for (const label of group.querySelectorAll("label")) {
        const fits = wanted.every((word) => label.textContent.toLowerCase().includes(word));
        (label.parentElement === group ? label : label.parentElement).hidden = !fits;
        any ||= fits;
        shown += fits;
        all += 1;
      }
      group.hidden = !any;
    }
    count.textContent = asked.value ? `${shown} / ${all}` : "";
  });
  asked.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
})();
