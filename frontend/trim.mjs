// Leaves out of a style sheet the rules that only speak of classes nobody uses.

/** Splits at commas that stand outside brackets: `a, :is(b, c)` is two selectors. */
function selectors(text) {
  const found = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === "(") depth += 1;
    else if (text[at] === ")") depth -= 1;
    else if (text[at] === "," && depth === 0) {
      found.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...found, text.slice(start)];
}

/** The index of the brace that closes the one at `open`. */
function closing(css, open) {
  let depth = 0;
  for (let at = open; at < css.length; at += 1) {
    if (css[at] === "{") depth += 1;
    else if (css[at] === "}" && --depth === 0) return at;
  }
  throw new Error("The style sheet has a brace that is never closed.");
}

/**
 * @param {string} css a compiled style sheet, rules not nested in rules
 * @param {string[]} unused class names; a trailing `*` stands for any ending
 * @returns {string} the style sheet without the rules for those classes
 */
export function trim(css, unused) {
  const names = unused.map((name) => name.replace(/[-.\\]/g, "\\$&").replace("*", "[\\w-]*"));
  const dead = new RegExp(`\\.(?:${names.join("|")})(?![\\w-])`);
  const isDead = (selector) => dead.test(selector.replace(/:not\([^)]*\)/g, ""));

  const walk = (text) => {
    let kept = "";
    let at = 0;
    while (at < text.length) {
      const open = text.indexOf("{", at);
      const end = text.indexOf(";", at);
      if (open === -1) return kept + text.slice(at);
      if (end !== -1 && end < open) {
        kept += text.slice(at, end + 1);
        at = end + 1;
        continue;
      }
      const close = closing(text, open);
      const head = text.slice(at, open);
      const body = text.slice(open + 1, close);
      if (/^\s*@(media|supports|layer|container)/.test(head)) {
        const inner = walk(body);
        if (inner.trim()) kept += `${head}{${inner}}`;
      } else if (/^\s*@/.test(head)) {
        kept += `${head}{${body}}`;
      } else {
        const alive = selectors(head).filter((selector) => !isDead(selector));
        if (alive.length) kept += `${alive.join(",")}{${body}}`;
      }
      at = close + 1;
    }
    return kept;
  };
  // What the licence asks to keep stands in comments that begin with an exclamation mark.
  const legal = css.match(/\/\*![\s\S]*?\*\//g) ?? [];
  return legal.join("\n") + walk(css.replace(/\/\*[\s\S]*?\*\//g, ""));
}
