"use strict";

/* Sorts and filters the tables. Without it they are whole, in the order of EPT, communes and names. */
const tables = (() => {
  const order = new Intl.Collator("fr", { numeric: true });
  const plain = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();

  function compare(first, second, column, sign) {
    const cells = [first.cells[column], second.cells[column]];
    if (!cells.every((cell) => cell.hasAttribute("data-sort"))) {
      return sign * order.compare(cells[0].textContent, cells[1].textContent);
    }
    const [one, other] = cells.map((cell) => cell.dataset.sort);
    // A row without a value is last, whatever the order.
    if (one === "" || other === "") return (one === "") - (other === "");
    return sign * (Number(one) - Number(other));
  }

  function sort(table, head) {
    const sign = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
    for (const one of table.tHead.rows[0].cells) one.setAttribute("aria-sort", "none");
    head.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
    const body = table.tBodies[0];
    const rows = [...body.rows].sort((first, second) => compare(first, second, head.cellIndex, sign));
    body.append(...rows);
  }

  function sortable(table) {
    for (const head of table.tHead.rows[0].cells) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      button.addEventListener("click", () => sort(table, head));
      head.append(button);
      head.setAttribute("aria-sort", "none");
    }
  }

  function filterable(block) {
    const table = block.querySelector("table");
    const label = document.createElement("label");
    const input = document.createElement("input");
    const count = document.createElement("output");
    input.type = "search";
    input.id = `${table.id}-filtre`;
    input.autocomplete = "off";
    label.htmlFor = count.htmlFor = input.id;
    label.textContent = block.dataset.filter;
    const filter = () => {
      const wanted = plain(input.value.trim());
      let shown = 0;
      for (const row of table.tBodies[0].rows) {
        row.hidden = !plain(row.textContent).includes(wanted);
        shown += row.hidden ? 0 : 1;
      }
      count.textContent = `${shown} ligne${shown > 1 ? "s" : ""} sur ${table.tBodies[0].rows.length}`;
    };
    input.addEventListener("input", filter);
    table.addEventListener("refilled", filter);
    const line = document.createElement("div");
    line.className = "filter";
    line.append(label, input, count);
    block.prepend(line);
    filter();
  }

  return { sortable, filterable };
})();

for (const table of document.querySelectorAll("table[data-sortable]")) tables.sortable(table);
for (const block of document.querySelectorAll("[data-filter]")) tables.filterable(block);
