"use strict";

/* Switches from an indicator to another: chart, table, links. Texts come printed; numbers only draw. */
(() => {
  const fed = JSON.parse(document.getElementById("donnees").textContent);
  const at = (id) => document.getElementById(id);
  const select = at("indicateur");
  const table = document.querySelector("table[data-sortable]");
  const ERRORS = 1;
  const NAMES = 0.4;
  const known = (name) => Object.prototype.hasOwnProperty.call(fed.indicators, name);

  function element(kind, text, number) {
    const made = document.createElement(kind);
    made.textContent = text;
    if (number) made.className = "number";
    return made;
  }

  function fillTable(one) {
    const numbers = new Set(one.numbers);
    table.caption.firstElementChild.textContent = one.caption;
    const heads = one.heads.map((text, place) => {
      const head = element("th", text, numbers.has(place));
      head.scope = "col";
      return head;
    });
    table.tHead.rows[0].replaceChildren(...heads);
    tables.sortable(table);
    const rows = one.rows.map((row) => {
      const line = document.createElement("tr");
      row.cells.forEach((text, place) => {
        const cell = element(place ? "td" : "th", place ? text : "", numbers.has(place));
        if (!place) {
          const link = element("a", text);
          link.href = row.href;
          cell.scope = "row";
          cell.append(link);
        } else if (numbers.has(place)) {
          cell.dataset.sort = row.sorts[place] === null ? "" : row.sorts[place];
        }
        line.append(cell);
      });
      return line;
    });
    table.tBodies[0].replaceChildren(...rows);
    table.dispatchEvent(new Event("refilled"));
  }

  function draw(one) {
    const shown = one.rows.filter((row) => row.value !== null);
    const missing = one.rows.length - shown.length;
    const chart = structuredClone(fed.chart);
    // Two quartiers of one name are two lines.
    const twice = (label) => one.rows.filter((row) => row.cells[0] === label).length > 1;
    const named = (row) => (twice(row.cells[0]) ? `${row.cells[0]} (${row.code})` : row.cells[0]);
    chart.height = fed.step * Math.max(shown.length, 1);
    chart.datasets = {
      quartiers: shown.map((row) => ({
        label: named(row), told: row.cells[3], value: row.value, low: row.low, high: row.high,
      })),
      reperes: one.references,
    };
    if (one.references.length) {
      chart.layer[0].encoding.strokeDash.legend.values = one.references.map((reference) => reference.name);
    } else {
      chart.layer.shift();
    }
    const holder = at("graphique");
    const words = [`Graphique en points : ${one.label}, ${one.unit}, pour ${shown.length} quartiers.`];
    if (missing) words.push(`Sans valeur : ${missing}, dits dans le tableau.`);
    words.push("Les mêmes valeurs sont dans le tableau.");
    holder.hidden = false;
    for (const layer of chart.layer) {
      const names = layer.encoding.y && layer.encoding.y.axis;
      // Names leave room to the chart on a narrow screen.
      if (names) names.labelLimit = Math.min(names.labelLimit, NAMES * holder.clientWidth);
    }
    at("image").hidden = true;
    const options = { mode: "vega-lite", actions: false, renderer: "svg", logLevel: ERRORS,
      ast: true, formatLocale: fed.locale };
    return vegaEmbed(holder, chart, options).then(() => {
      // The words are set last: the script that draws has a label of its own.
      holder.setAttribute("role", "img");
      holder.setAttribute("aria-label", words.join(" "));
      holder.dataset.drawn = one.label;
    });
  }

  function show(name) {
    const one = fed.indicators[name];
    select.value = name;
    at("titre").textContent = `${one.label}, ${one.unit}`;
    at("origine").textContent = `Source : ${one.source}. Année : ${one.years}.`;
    at("page").href = one.href;
    at("page").textContent = `${one.label} : carte, définition et précautions`;
    at("fichier").href = one.file.href;
    at("fichier").textContent = `${one.label} (${one.file.format}, ${one.file.size})`;
    fillTable(one);
    return draw(one);
  }

  select.addEventListener("change", () => {
    const one = fed.indicators[select.value];
    history.replaceState(null, "", `#${encodeURIComponent(select.value)}`);
    show(select.value);
    at("etat").textContent = `Indicateur affiché : ${one.label}.`;
  });
  at("choix").addEventListener("submit", (event) => event.preventDefault());
  at("choix").hidden = false;
  at("liste").hidden = true;
  const asked = decodeURIComponent(location.hash.slice(1));
  show(known(asked) ? asked : fed.first);
})();
