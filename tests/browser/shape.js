// The shape of the page as the rules of accessibility see it: each kind of place that an element has in it once, with
// its attributes and whether it holds words; not which words, nor how many rows are alike.
() => {
  const meant = new Set(["class", "role", "type", "lang", "dir", "tabindex", "autocomplete", "scope", "style", "open",
    "rel", "colspan", "rowspan", "start", "viewbox", "fill", "stroke"]);
  const referring = ["for", "aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "headers", "list"];
  const found = new Set(), ids = new Set(), paths = new Map();
  const leads = (words) => words.split(/\s+/).every((id) => document.getElementById(id));
  const told = ({ name, value }) => {
    if (referring.includes(name)) return `${name}:${leads(value)}`;
    const isMeant = meant.has(name.toLowerCase()) || (name.startsWith("aria-") && /^(true|false|\w{1,12})$/.test(value));
    return isMeant ? `${name}=${value}` : `${name}?${value.trim() !== ""}`;
  };
  let twice = 0;
  for (const element of document.querySelectorAll("*")) {
    if (element.id) ids.has(element.id) ? (twice += 1) : ids.add(element.id);
    const text = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    const own = [element.localName, ...[...element.attributes].map(told).sort(), text].join(" ");
    const path = `${paths.get(element.parentElement) ?? ""}>${own}`;
    paths.set(element, path);
    found.add(path);
  }
  const media = ["(prefers-color-scheme: dark)", "(forced-colors: active)", "(prefers-contrast: more)", "print"];
  const root = getComputedStyle(document.documentElement).fontSize;
  const view = [innerWidth, innerHeight, devicePixelRatio, root, twice, document.title !== "", document.styleSheets.length,
    ...media.map((each) => matchMedia(each).matches), matchMedia("(scripting: none)").matches];
  return [view.join(" "), ...[...found].sort()].join("\n");
}
