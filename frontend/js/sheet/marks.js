const PLACES = 2;
const LONGEST = 12;

/**
 * Reads what stands in a cell: nothing, the word for absent, or a number with a point or a comma.
 * @returns {{text: string, value?: string | null, absent?: boolean, problem?: string}} `text` is how the server writes
 *   it; `problem` names the sentence when it is no mark of this column
 */
export function readMark(given, max, absent) {
  const text = given.trim();
  if (!text) return { text, value: null, absent: false };
  if (text.toUpperCase() === absent) return { text: absent, value: null, absent: true };
  const digits = text.replace(",", ".");
  if (digits.length > LONGEST || !/^-?(\d+\.?\d*|\.\d+)$/.test(digits)) return { text, problem: "notMark" };
  const number = Number(digits);
  if (number > max) return { text, problem: "above" };
  if (number < 0) return { text, problem: "below" };
  const decimals = (digits.split(".")[1] ?? "").replace(/0+$/, "");
  if (decimals.length > PLACES) return { text, problem: "decimals" };
  return { text: String(number), value: String(number), absent: false };
}
