/** Cells as spreadsheets put them on the clipboard: tabs between columns, a line per row. */
export const parseCells = (text) => text.replace(/\r?\n$/, "").split(/\r?\n/).map((line) => line.split("\t"));

export const writeCells = (rows) => rows.map((row) => row.join("\t")).join("\n");

/** A single value belongs into the one cell; the browser pastes it there by itself. */
export const isBlock = (text) => /[\t\n]/.test(text.replace(/\r?\n$/, ""));
