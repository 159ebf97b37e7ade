// Check-in page: looks badges up in the list that was loaded, checks in by one tap, takes points down.
// Everything goes into the queue first (door_queue.js) and from there to the portal, now or in hours. Without this
// script the same page is a plain form.
(async () => {
  "use strict";
  const template = document.getElementById("door-app"),
    plain = document.getElementById("plain");
  if (!template) return;
  const app = template.dataset,
    words = document.getElementById("door-words").dataset;
  const id = (name) => document.getElementById(name);
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_whole, name) => values[name] ?? "");
  const make = (tag, text = "", kind = "") => {
    const made = document.createElement(tag);
    made.textContent = text;
    if (kind) made.className = kind;
    return made;
  };

  // --- What this device keeps ---
  let list, rows;
  try {
    list = await DoorQueue.get(`list ${app.slug}`);
    rows = await DoorQueue.rows(app.slug);
  } catch {
    plain.before(make("p", words.noStore, "notice warning")); // a private window, or no room: the plain form stays
    return;
  }
  plain.replaceWith(template.content.cloneNode(true));
  const device = await DoorQueue.device();
  navigator.storage?.persist?.();
  id("device").textContent = fill(words.device, { name: device, version: app.version });

  // --- Time: the portal's, as far as this device knows it, told in Kenya ---
  const HOURS = 3_600_000;
  const portal = (moment) => new Date(new Date(moment).getTime() + (list?.offset ?? 0));
  const inKenya = (moment) => new Date(new Date(moment).getTime() + 3 * HOURS).toISOString();
  const hour = (moment) => inKenya(moment).slice(11, 16);
  const half = (moment) => {
    const there = inKenya(moment);
    return there.slice(0, 10) + (there.slice(11, 13) < "13");
  };

  // The page itself is kept by its worker: from then on it opens without a network.
  let stored = false;
  navigator.serviceWorker?.ready.then(() => {
    stored = true;
    show();
  });

  // --- The bar: how much is unsent, and what stands in the way ---
  const show = async () => {
    rows = await DoorQueue.rows(app.slug);
    const unsent = rows.filter((row) => row.state === "unsent").length;
    const count = unsent === 1 ? words.unsentOne : fill(words.unsent, { n: unsent });
    if (id("count").textContent !== count) id("count").textContent = count;
    const at = await DoorQueue.get(`contact ${app.slug}`);
    const listed = list?.delegates ? ` · ${fill(words.listed, { n: list.delegates.length })}` : "";
    const ready = stored ? ` · ${words.ready}` : "";
    id("synced").textContent = (at ? fill(words.synced, { at: hour(portal(at)) }) : words.never) + listed + ready;
    id("came").replaceChildren(...recent("check_in"));
    id("written").replaceChildren(...recent("point"));
  };

  const states = {
    unsent: words.stateUnsent,
    taken: words.stateTaken,
    conflict: words.stateConflict,
    refused: words.stateRefused,
  };
  const recent = (kind) => {
    const found = rows
      .filter((row) => row.kind === kind)
      .reverse()
      .slice(0, 8)
      .map((row) => {
        const line = make("li", row.label);
        line.append(
          make("span", [hour(portal(row.at)), states[row.state], row.reason].filter(Boolean).join(" · "), "small"),
        );
        return line;
      });
    return found.length ? found : [make("li", words.nobody)];
  };

  const trouble = (name, reasons = []) => {
    const text = {
      "": "",
      offline: words.offline,
      "signed-out": words.signedOut,
      "no-entry": words.noEntry,
      refused: `${words.refused} ${reasons.join(" ")}`,
    }[name];
    if (id("trouble").dataset.said === text) return;
    id("trouble").dataset.said = text;
    id("trouble").replaceChildren();
    if (!text) return;
    const box = make("div", "", "said-now look");
    box.append(make("p", text));
    if (name === "signed-out") {
      const link = make("a", words.signIn, "button");
      link.href = `${app.signIn}?next=${encodeURIComponent(app.here)}`;
      box.append(link);
    }
    id("trouble").append(box);
  };

  // --- Sending: one at a time, again and again until nothing is unsent ---
  let busy = null,
    loadedAt = 0;
  const sync = async (anew = false) => {
    const sent = await DoorQueue.send(app);
    let name = sent.trouble;
    if (!name && (anew || Date.now() - loadedAt > 300_000)) {
      name = await DoorQueue.load(app);
      if (!name) {
        loadedAt = Date.now();
        list = await DoorQueue.get(`list ${app.slug}`);
        offer();
      }
    }
    if (!name) await DoorQueue.put(`contact ${app.slug}`, Date.now());
    trouble(name, sent.reasons);
    await show();
  };
  const send = async (anew) => {
    while (busy) await busy;
    busy = sync(anew)
      .catch(() => trouble("offline"))
      .finally(() => {
        busy = null;
      });
    await busy;
  };
  // Gives null, and says so, where the device has no room: then nothing was kept.
  const add = async (said) => {
    const row = await DoorQueue.add(app.slug, said).catch(() => null);
    if (!row) {
      say(words.full, "bad");
      return null;
    }
    await show();
    send();
    return row;
  };

  const say = (text, kind = "") => {
    const box = make("div", "", `said-now ${kind}`);
    box.append(make("p", text));
    id("now").replaceChildren(box);
  };

  // --- Check-in ---
  const [TICKET, BADGE, NAME, BODY, GROUP, REMARK, COUNTS, CAME, PERSON] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const cards = () => list?.delegates ?? [];
  const CODE = /^(?:NCM:([^:]{1,40}):)?([0-9a-f]{32})$/i;
  const came = (card) => {
    const here = half(portal(Date.now()));
    const own = rows.find(
      (row) =>
        row.kind === "check_in" &&
        row.person === card[PERSON] &&
        row.state !== "refused" &&
        half(portal(row.at)) === here,
    );
    if (own) return hour(portal(own.at));
    return card[CAME] && half(card[CAME]) === here ? hour(card[CAME]) : "";
  };

  const closed = () => {
    id("person").replaceChildren();
    id("hits").replaceChildren();
    id("who").value = "";
  };
  const again = () => {
    closed();
    id("who").focus();
  };

  const confirm = (card, how) => {
    id("hits").replaceChildren();
    id("now").replaceChildren();
    const box = make("div", "", "person"),
      at = came(card);
    box.append(
      make("h2", card[NAME]),
      make(
        "p",
        [card[BODY], card[GROUP], card[BADGE] && fill(words.badge, { n: card[BADGE] })].filter(Boolean).join(" · "),
      ),
    );
    if (card[REMARK]) box.append(make("p", card[REMARK], "remark"));
    if (at) box.append(make("p", fill(words.came, { at }), "remark"));
    const button = make("button", words.checkIn, "button"),
      other = make("button", words.notThis, "linklike");
    button.type = other.type = "button";
    button.addEventListener("click", async () => {
      button.disabled = true; // one tap is one row
      const kept = await add({
        kind: "check_in",
        code: `NCM:${app.forum}:${card[TICKET]}`,
        badge: card[BADGE],
        how,
        person: card[PERSON],
        label: card[NAME],
      });
      if (!kept) {
        button.disabled = false;
        return;
      }
      say(fill(words.done, { name: card[NAME] }));
      if (!box.isConnected) return; // the next person is looked up already
      closed();
      if (how === "qr") scan(); // the next in the line
      else id("who").focus();
    });
    other.addEventListener("click", again);
    if (card[COUNTS] && !at) box.append(button);
    box.append(other);
    id("person").replaceChildren(box);
    (box.querySelector(".button") ?? other).focus();
  };

  // A code or number that the list does not know: a list may be old, so it is kept, and the desk finds out.
  const unknown = (said, text) => {
    const box = make("div", "", "person"),
      button = make("button", words.keepUnknown, "button"),
      other = make("button", words.notThis, "linklike");
    box.append(make("p", text, "remark"));
    button.type = other.type = "button";
    button.addEventListener("click", async () => {
      button.disabled = true;
      if (!(await add({ kind: "check_in", ...said, label: said.code ?? fill(words.badge, { n: said.badge }) }))) {
        button.disabled = false;
        return;
      }
      say(words.keptUnknown, "look");
      if (box.isConnected) closed();
    });
    other.addEventListener("click", again);
    box.append(button, other);
    id("person").replaceChildren(box);
    button.focus();
  };

  const scanned = (text, how) => {
    const code = CODE.exec(text.trim().replaceAll("-", ""));
    if (!code || (code[1] && code[1] !== app.forum.replaceAll("-", ""))) return say(words.foreign, "bad");
    const card = cards().find((each) => each[TICKET] === code[2].toLowerCase());
    return card ? confirm(card, how) : unknown({ code: text.trim(), how }, words.unknown);
  };

  const fold = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
  const matches = (wanted) => {
    if (/^\d+$/.test(wanted)) return cards().filter((card) => String(card[BADGE]) === wanted);
    const parts = fold(wanted).split(/\s+/);
    const found = cards().filter((card) => parts.every((part) => fold(`${card[NAME]} ${card[BODY]}`).includes(part)));
    const begun = found.filter((card) => parts.every((part) => fold(` ${card[NAME]}`).includes(` ${part}`)));
    return [...begun, ...found.filter((card) => !begun.includes(card))]; // whose names begin so, then the others
  };

  const look = () => {
    const wanted = id("who").value.trim();
    id("person").replaceChildren();
    id("now").replaceChildren();
    if (wanted.length < (/^\d/.test(wanted) ? 1 : 2)) return id("hits").replaceChildren();
    return id("hits").replaceChildren(
      ...matches(wanted)
        .slice(0, 8)
        .map((card) => {
          const line = make("li"),
            button = make("button");
          button.type = "button";
          button.append(
            make("b", card[NAME]),
            make("span", [card[BADGE], card[BODY], card[REMARK]].filter(Boolean).join(" · ")),
          );
          button.addEventListener("click", () => confirm(card, "typed"));
          line.append(button);
          return line;
        }),
    );
  };

  id("who").addEventListener("input", look);
  id("find").addEventListener("submit", (event) => {
    event.preventDefault();
    const wanted = id("who").value.trim(),
      found = wanted ? matches(wanted) : [];
    if (/^NCM:/i.test(wanted) || /^[0-9a-f-]{32,36}$/i.test(wanted)) scanned(wanted, "typed");
    else if (found.length === 1) confirm(found[0], "typed");
    else if (/^\d{1,5}$/.test(wanted))
      unknown({ badge: Number(wanted), how: "typed" }, list ? words.none : words.empty);
    else if (wanted && !found.length) say(list ? words.none : words.empty, "bad");
  });

  // --- The camera, where the browser reads codes ---
  let stream = null,
    last = { code: "", at: 0 };
  const stop = () => {
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = null;
    id("camera").hidden = true;
  };
  const scan = async () => {
    const video = id("camera").querySelector("video"),
      reader = new BarcodeDetector({ formats: ["qr_code"] });
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      video.srcObject = stream;
      id("camera").hidden = false;
      await video.play();
    } catch {
      stop();
      return say(words.noCamera, "bad");
    }
    while (stream) {
      const [found] = await reader.detect(video).catch(() => []);
      if (found && (found.rawValue !== last.code || Date.now() - last.at > 5_000)) {
        // not the one that just went in
        last = { code: found.rawValue, at: Date.now() };
        stop();
        return scanned(found.rawValue, "qr");
      }
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    return null;
  };
  if ("BarcodeDetector" in window && navigator.mediaDevices) id("scan").hidden = false;
  id("scan").addEventListener("click", scan);
  id("scan-stop").addEventListener("click", stop);

  // --- Points ---
  const option = (value, text) => Object.assign(make("option", text), { value });
  const put = (select, options) => {
    // a new list never changes what was chosen
    const chosen = select.value;
    select.replaceChildren(...options);
    if ([...select.options].some((each) => each.value === chosen)) select.value = chosen;
  };
  const session = () => list?.sessions.find(([pk]) => String(pk) === id("session").value);
  const theme = () => {
    id("theme-field").hidden = Boolean(session()?.[3]);
  };
  const offer = () => {
    put(
      id("session"),
      (list?.sessions ?? []).map(([pk, title, room, , done]) =>
        option(pk, [title, room, done && words.closed].filter(Boolean).join(" · ")),
      ),
    );
    put(id("organisation"), [
      id("organisation").options[0],
      ...(list?.organisations ?? []).map(([pk, name]) => option(pk, name)),
    ]);
    put(id("theme"), [id("theme").options[0], ...(list?.themes ?? []).map(([code, title]) => option(code, title))]);
    id("rooms").hidden = Boolean(list) && !list.delegates;
    if (list && !list.delegates) enter("points");
    theme();
  };
  const wrong = (name, text) => {
    id(`${name}-why`).textContent = text;
    id(`${name}-why`).hidden = !text;
    id(name).setAttribute("aria-invalid", String(Boolean(text)));
    if (text) id(name).focus();
    return Boolean(text);
  };

  const promise = () => {
    id("promise").hidden = id("sort").value !== "commitment"; // who does it, and by when
  };
  id("sort").addEventListener("change", promise);
  id("session").addEventListener("change", theme);
  id("point").addEventListener("submit", async (event) => {
    event.preventDefault();
    id("now").replaceChildren();
    const text = id("text").value.trim(),
      most = Number(app.limit);
    const tooLong =
      text.length > most &&
      fill(words.tooLong, { n: text.length.toLocaleString("en"), most: most.toLocaleString("en") });
    const themed = Boolean(session()?.[3]) || Boolean(id("theme").value);
    const bad = [wrong("theme", themed ? "" : words.chooseTheme), wrong("text", text ? tooLong || "" : words.write)];
    if (bad.some(Boolean) || !session()) return;
    const organisation = id("organisation").value,
      promised = id("sort").value === "commitment";
    const typed = ["text", "responsible", "due-on"].map((name) => [id(name), id(name).value]);
    const [, [, responsible], [, due]] = typed;
    for (const [box] of typed) box.value = ""; // at once: a second tap finds nothing to write
    const kept = await add({
      kind: "point",
      session: session()[0],
      sort: id("sort").value,
      text,
      organisation: organisation && Number(organisation),
      theme: session()[3] ? "" : id("theme").value,
      label: text,
      ...(promised && { responsible: responsible.trim(), due_on: due }),
    });
    if (kept) say(words.written);
    else for (const [box, value] of typed) box.value = value;
    id("text").focus();
  });

  // --- Which part is shown ---
  const enter = (name) => {
    for (const each of ["check-in", "points"]) id(each).hidden = each !== name;
    for (const button of id("rooms").children)
      button.setAttribute("aria-pressed", String(button.dataset.room === name));
    id("now").replaceChildren();
    if (name !== "check-in") stop();
  };
  for (const button of id("rooms").children) button.addEventListener("click", () => enter(button.dataset.room));

  // --- If nothing else works ---
  id("export").addEventListener("click", async () => {
    const link = make("a");
    link.href = URL.createObjectURL(new Blob([await DoorQueue.file(app)], { type: "application/json" }));
    link.download = `door-${app.slug}-${device.replace(/\W+/g, "-")}.json`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  });
  id("forget").addEventListener("click", async () => {
    if (rows.some((row) => row.state === "unsent")) return say(words.wait, "bad");
    await DoorQueue.drop(`list ${app.slug}`);
    await DoorQueue.tidy(app.slug, 0);
    list = undefined;
    offer();
    await show();
    return say(words.forgotten);
  });

  // --- From now on ---
  id("send").addEventListener("click", () => send(true));
  window.addEventListener("online", () => send(true));
  const sendWhenSeen = () => {
    if (document.visibilityState === "visible") send();
  };
  document.addEventListener("visibilitychange", sendWhenSeen);
  setInterval(sendWhenSeen, 20_000);
  offer();
  await DoorQueue.tidy(app.slug);
  await show();
  send(true);
  navigator.serviceWorker?.register(app.worker, { scope: app.here, updateViaCache: "none" }).catch(() => {});
})();
