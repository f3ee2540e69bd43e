// Sentences that scripts show come translated from the page: <meta name="quad-words" content="{json}">.
const meta = document.querySelector('meta[name="quad-words"]');
const all = meta ? JSON.parse(meta.content) : {};

/** Put values where a sentence says {name}. */
export const filled = (sentence, values = {}) =>
  sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));

/**
 * @param {string} key which sentence
 * @param {Record<string, string | number>} [values] put where the sentence says {name}
 */
export const words = (key, values = {}) => filled(all[key] ?? "", values);
