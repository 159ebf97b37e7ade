// What a device at the door keeps: a queue of rows that nobody but the portal's answer moves on, and the list that was
// loaded last. Both live in IndexedDB, which outlives the page, the browser and every new version of this script. A row
// has one key, made here: however often it is sent, it is one row.
"use strict";

const DoorQueue = (() => {
  const NAME = "ncm-door",
    MOST = 200,
    PATIENCE = 30_000;

  const settled = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });

  const opened = (() => {
    let database = null;
    return () => {
      database ??= new Promise((resolve, reject) => {
        const request = indexedDB.open(NAME, 1);
        // A later version adds stores; it never takes the queue away.
        request.onupgradeneeded = () => {
          request.result.createObjectStore("queue", { keyPath: "key" }).createIndex("forum", "forum");
          request.result.createObjectStore("kept");
        };
        request.onsuccess = () => {
          request.result.onversionchange = () => {
            request.result.close();
            database = null;
          };
          resolve(request.result);
        };
        request.onerror = () => reject(request.error);
      });
      return database;
    };
  })();

  const within = async (store, mode, act) => {
    const database = await opened();
    const transaction = database.transaction(store, mode);
    const done = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
    const found = await act(transaction.objectStore(store));
    await done; // what is said to be kept lies on the disk
    return found;
  };

  const get = (name) => within("kept", "readonly", (store) => settled(store.get(name)));
  const put = (name, value) => within("kept", "readwrite", (store) => settled(store.put(value, name)));
  const drop = (name) => within("kept", "readwrite", (store) => settled(store.delete(name)));

  // The rows of a forum, the oldest first.
  const rows = async (forum) => {
    const found = await within("queue", "readonly", (store) => settled(store.index("forum").getAll(forum)));
    return found.sort((one, other) => one.at.localeCompare(other.at) || one.turn - other.turn);
  };

  const add = async (forum, said) => {
    const row = {
      ...said,
      key: key(),
      at: new Date().toISOString(),
      forum,
      state: "unsent",
      reason: "",
      turn: Date.now(),
    };
    await within("queue", "readwrite", (store) => settled(store.add(row)));
    return row;
  };

  const key = () =>
    crypto.randomUUID
      ? crypto.randomUUID()
      : "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) =>
          (digit ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (digit / 4)))).toString(16),
        );

  // A row as it travels: without what only this device needs.
  const bare = ({ forum, state, reason, turn, label, ...said }) => said;

  // The portal's answers. What was taken is done with after a day; what is looked at stays for its time.
  const mark = (answers) =>
    within("queue", "readwrite", async (store) => {
      for (const [found, outcome, reason] of answers) {
        const row = await settled(store.get(found));
        if (row) await settled(store.put({ ...row, state: outcome, reason }));
      }
    });

  const tidy = async (forum, days = 2) => {
    const old = new Date(Date.now() - days * 86_400_000).toISOString();
    const done = (await rows(forum)).filter((row) => row.state !== "unsent" && row.at < old);
    await within("queue", "readwrite", async (store) => {
      for (const row of done) await settled(store.delete(row.key));
    });
  };

  const device = async () => {
    let name = await get("device");
    if (!name) {
      name = `phone ${key().slice(0, 4)}`;
      await put("device", name);
    }
    return name;
  };

  const request = (address, options = {}) =>
    fetch(address, {
      redirect: "manual",
      cache: "no-store",
      headers: { Accept: "application/json" },
      signal: AbortSignal.timeout ? AbortSignal.timeout(PATIENCE) : undefined,
      ...options,
    });

  // The list of the forum, from the portal. Gives the name of what stood in the way, or "".
  const load = async (app) => {
    let answer;
    try {
      answer = await request(app.list);
    } catch {
      return "offline";
    }
    if (answer.type === "opaqueredirect") return "signed-out";
    if (!answer.ok) return "no-entry";
    const list = await answer.json().catch(() => null);
    if (!list) return "offline";
    const now = Date.now();
    await put(`list ${app.slug}`, { ...list, at: now, offset: Date.parse(list.now) - now });
    return "";
  };

  // Send what is unsent, some at a time. Gives { trouble, reasons }.
  const send = async (app) => {
    const again = new Set();
    for (;;) {
      const waiting = (await rows(app.slug)).filter((row) => row.state === "unsent").slice(0, MOST);
      if (!waiting.length) return { trouble: "" };
      const list = await get(`list ${app.slug}`);
      const body = JSON.stringify({
        kind: app.kind,
        forum: app.forum,
        device: await device(),
        now: new Date().toISOString(),
        rows: waiting.map(bare),
      });
      let answer,
        told = {};
      try {
        answer = await request(app.queue, {
          method: "POST",
          body,
          headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": list?.token ?? "" },
        });
        if (answer.type !== "opaqueredirect") told = await answer.json().catch(() => ({}));
      } catch {
        return { trouble: "offline" };
      }
      if (answer.type === "opaqueredirect") return { trouble: "signed-out" };
      if (answer.status === 403 && !again.has("token")) {
        // the token is of an older session: fetch a fresh one, once
        again.add("token");
        const trouble = await load(app);
        if (trouble) return { trouble };
        continue;
      }
      if (answer.status >= 500 || (answer.ok && !told.answers)) return { trouble: "offline" };
      if (!answer.ok) return { trouble: told.reasons ? "refused" : "no-entry", reasons: told.reasons ?? [] };
      await mark(told.answers);
      const known = new Set(told.answers.map(([found]) => found));
      if (!waiting.some((row) => known.has(row.key))) return { trouble: "offline" }; // never ask for ever
    }
  };

  // All that is unsent, or everything where nothing is: the desk counts nothing twice.
  const file = async (app) => {
    const all = await rows(app.slug),
      unsent = all.filter((row) => row.state === "unsent");
    const list = await get(`list ${app.slug}`);
    return JSON.stringify(
      {
        kind: app.kind,
        forum: app.forum,
        device: await device(),
        offset: list?.offset ?? 0,
        saved: new Date().toISOString(),
        rows: (unsent.length ? unsent : all).map(bare),
      },
      null,
      1,
    );
  };

  return { add, rows, load, send, file, device, get, put, drop, tidy };
})();
