// Tables that are sorted by a click on a heading and filtered by words; without this they stay as they are.
"use strict";

const UNITS = { s: 1000, MB: 1e6 };

// The number that a cell begins with, seconds in milliseconds; else its text.
function value(row, column) {
  const text = row.cells[column].textContent.trim();
  const found = text.match(/^(-?[\d,]*\.?\d+)\s*([A-Za-z]*)/);
  return found ? Number(found[1].replaceAll(",", "")) * (UNITS[found[2]] ?? 1) : text;
}

// Numbers before words, and what has no figure last, whichever way it is sorted.
function compare(a, b, sign) {
  if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
  return sign * (typeof a === "number" ? a - b : a.localeCompare(b));
}

function sort(table, column, heading) {
  const sign = heading.getAttribute("aria-sort") === "ascending" ? -1 : 1;
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
  const rows = [...table.tBodies[0].rows];
  rows.sort((a, b) => compare(value(a, column), value(b, column), sign));
  table.tBodies[0].append(...rows);
}

function filter(table, words) {
  const wanted = words.toLowerCase().split(/\s+/);
  for (const row of table.tBodies[0].rows) {
    const text = row.textContent.toLowerCase();
    row.hidden = !wanted.every((word) => text.includes(word));
  }
}

for (const table of document.querySelectorAll("table")) {
  if (!table.tBodies.length || table.tBodies[0].rows.length < 3) continue;
  [...table.tHead.rows[0].cells].forEach((heading, column) => {
    const button = document.createElement("button");
    button.append(...heading.childNodes);
    button.addEventListener("click", () => sort(table, column, heading));
    heading.append(button);
  });
  if (table.tBodies[0].rows.length < 8) continue;
  const input = document.createElement("input");
  input.type = "search";
  input.placeholder = "filter rows";
  input.setAttribute("aria-label", "filter the rows of the table below");
  input.addEventListener("input", () => filter(table, input.value));
  table.parentElement.before(input);
}

// Drawn when it is opened: it takes the width that it then has.
const explore = document.getElementById("explore");
explore?.addEventListener("toggle", () => {
  const spec = JSON.parse(document.getElementById("spec").textContent);
  vegaEmbed("#chart", spec, { actions: false, tooltip: { theme: "light" } });
}, { once: true });
