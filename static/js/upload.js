// Files go to the portal piece by piece, each file under a key that this browser makes and remembers, so that a lost
// connection, a reload or a second try goes on where it stopped. Without this script the plain form does it in one go.
(() => {
  const PIECE = 256 * 1024,
    PREFIX = "ncm-file:",
    LONGEST = 15_000;
  const box = document.querySelector(".uploads[data-pieces]");
  if (!box) return;
  const list = box.querySelector(".files");
  const part = (name) => box.querySelector(`template[data-${name}]`).content.cloneNode(true);
  const word = (name) => part("words").querySelector(`[data-${name}]`).textContent;

  // The key of a file: the same one for the same file, as long as it did not arrive.
  const note = (file) => `${PREFIX}${box.dataset.pieces}:${file.name}:${file.size}:${file.lastModified}`;
  const fresh = () => crypto.randomUUID();
  const keyOf = (file) => {
    try {
      const known = localStorage.getItem(note(file)) ?? fresh();
      localStorage.setItem(note(file), known);
      return known;
    } catch {
      return fresh();
    }
  };
  const forget = (file) => {
    try {
      localStorage.removeItem(note(file));
    } catch {}
  };

  const pause = (time) =>
    new Promise((done) => {
      const timer = setTimeout(done, time);
      window.addEventListener(
        "online",
        () => {
          clearTimeout(timer);
          done();
        },
        { once: true },
      );
    });

  // Ask until there is an answer: a dead line only means waiting.
  const ask = async (address, options, say) => {
    for (let wait = 1000; ; wait = Math.min(2 * wait, LONGEST)) {
      try {
        const answer = await fetch(address, { redirect: "manual", signal: AbortSignal.timeout(60_000), ...options });
        say("");
        if (answer.type === "opaqueredirect" || answer.status === 403) return { lost: word("away") };
        if (answer.status === 507) return { lost: (await answer.json()).reasons.join(" ") }; // its disk is full
        if (answer.status >= 500) return { lost: word("failed") };
        return await answer.json().catch(() => ({ lost: word("failed") }));
      } catch {
        say(word("offline"));
        await pause(wait);
        if (options.method === "POST") return null; // look first how much of it arrived
      }
    }
  };

  const send = async (file, key, row) => {
    const address = `${box.dataset.pieces}${key}/`;
    const say = (words) => {
      row.why.textContent = words;
      row.why.hidden = !words;
    };
    const look = () => ask(address, {}, say);
    let here = await look();
    while (!here.lost && !["ready", "waiting", "refused", "removed"].includes(here.state)) {
      row.bar.value = here.received / Math.max(file.size, 1);
      const form = new FormData();
      form.append("offset", here.received);
      form.append("size", file.size);
      form.append("name", file.name);
      form.append("piece", file.slice(here.received, here.received + PIECE), "piece");
      const told = await ask(
        address,
        { method: "POST", body: form, headers: { "X-CSRFToken": box.dataset.token } },
        say,
      );
      if (told?.reasons?.length || told?.lost) return told;
      here = told ?? (await look());
    }
    return here;
  };

  const rowOf = (file, key) => {
    list.querySelector(`[data-key="${key}"]`)?.remove();
    list.append(part("row"));
    const li = list.lastElementChild;
    li.dataset.key = key;
    const [name, size] = li.children;
    name.textContent = file.name;
    size.textContent = file.size < 1e6 ? `${Math.ceil(file.size / 1024)} kB` : `${(file.size / 1048576).toFixed(1)} MB`;
    const bar = li.querySelector("progress");
    bar.setAttribute("aria-label", file.name);
    return { li, name, bar, why: li.querySelector(".why"), remove: li.querySelector("a") };
  };

  const finish = (file, row, told) => {
    row.bar.remove();
    if (told.remove) {
      row.remove.href = told.remove;
      row.remove.setAttribute("aria-label", `${row.remove.textContent} ${told.name}`);
      row.remove.hidden = false;
    }
    if (told.lost) {
      row.why.textContent = told.lost;
      row.why.hidden = false;
      return;
    }
    forget(file);
    row.name.textContent = told.name ?? file.name;
    if (box.dataset.form) {
      // who signs on this page has seen this file
      const seen = Object.assign(document.createElement("input"), {
        type: "hidden",
        name: "file",
        value: row.li.dataset.key,
      });
      seen.setAttribute("form", box.dataset.form);
      row.li.append(seen);
    }
    if (told.state === "ready") {
      const link = document.createElement("a");
      link.href = told.address;
      link.textContent = told.name;
      row.name.replaceWith(link);
    }
    const words = told.state === "waiting" ? [word("waiting")] : (told.reasons ?? []);
    row.why.textContent = words.join(" ");
    row.why.hidden = !words.length;
  };

  let queue = Promise.resolve(); // one after the other: a bad line carries no two
  const add = (files) => {
    for (const file of files) {
      let key = keyOf(file);
      const row = rowOf(file, key);
      queue = queue.then(async () => {
        let told = await send(file, key, row);
        if (told.state === "removed") {
          forget(file);
          key = keyOf(file);
          told = await send(file, key, row);
        }
        finish(file, row, told);
      });
    }
  };

  const plain = document.getElementById("add-file");
  if (plain) {
    const input = plain.querySelector("[type=file]");
    input.multiple = true;
    plain.addEventListener("submit", (event) => {
      if (!input.files.length) return;
      event.preventDefault();
      add([...input.files]);
      input.value = "";
    });
    return;
  }
  box.querySelector("[data-plain]")?.replaceWith(part("field"));
  box.querySelector("[type=file]")?.addEventListener("change", (event) => {
    event.stopPropagation(); // a file is no word of the draft
    add([...event.target.files]);
    event.target.value = "";
  });
  box.addEventListener("input", (event) => event.stopPropagation());
})();
