// Puts a page to axe. What costs most is the contrast of colours, and it depends on little: so of the elements that
// have the same colours, letters and backgrounds one is judged, once in a run. `known` are the looks judged before.
//
// A target that a sticky bar half covers is no small target: it scrolls free, and test_sticky_bars.py holds that focus
// brings it out. So bars stay in the flow while axe looks, and what it finds is the same wherever the page is scrolled.
async ([options, known]) => {
  const bars = [...document.querySelectorAll("body *")].filter((each) => getComputedStyle(each).position === "sticky");
  for (const bar of bars) bar.style.position = "relative";
  const backgrounds = new Map([[null, ""]]);
  const behind = (element) => {
    if (!backgrounds.has(element)) {
      const { backgroundColor, backgroundImage, opacity, filter, mixBlendMode, position, float } = getComputedStyle(element);
      const isPlain = backgroundColor === "rgba(0, 0, 0, 0)" && backgroundImage === "none" && opacity === "1";
      const own = isPlain ? "" : `/${backgroundColor} ${backgroundImage} ${opacity}`;
      const placed = position === "static" || position === "relative" ? "" : `/${position} ${float}`;
      const blended = filter === "none" && mixBlendMode === "normal" ? "" : `/${filter} ${mixBlendMode}`;
      backgrounds.set(element, behind(element.parentElement) + own + placed + blended);
    }
    return backgrounds.get(element);
  };
  const fresh = new Map(), seen = new Set(known);
  for (const element of document.querySelectorAll("body *")) {
    const holdsWords = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    const isField = ["input", "select", "textarea"].includes(element.localName);
    if ((holdsWords || isField) && element.checkVisibility()) {
      const { color, fontSize, fontWeight, textShadow } = getComputedStyle(element);
      const state = ["disabled", "aria-disabled", "type"].map((name) => element.getAttribute(name) ?? "-");
      const look = [element.localName, element.className, color, fontSize, fontWeight, textShadow, ...state, behind(element)];
      const name = look.join(" ");
      if (!seen.has(name) && !fresh.has(name)) fresh.set(name, element);
    }
  }
  const include = [...fresh.values()];
  const { violations } = await axe.run(document, { ...options, rules: { "color-contrast": { enabled: false } } });
  if (include.length) {
    const only = { ...options, runOnly: { type: "rule", values: ["color-contrast"] } };
    violations.push(...(await axe.run({ include }, only)).violations);
  }
  for (const bar of bars) bar.style.position = "";
  return [violations, [...fresh.keys()]];
}
