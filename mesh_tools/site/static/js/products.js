/* The list of products: narrowed down, sorted, and shared by its address. The table is there without it. */
(function () {
  "use strict";

  var ROWS = 200;
  var FEW = 8; // choices of a facet that are shown at once
  var FACETS = [
    ["domain", "Domain"], ["owner", "Owner"], ["tier", "Tier"], ["status", "Status"],
    ["freshness", "Freshness"], ["class", "Classification"], ["tag", "Tag"],
  ];
  var NONE = { owner: "nobody is named", tier: "no tier", status: "not known", freshness: "no promise", class: "none", tag: "none" };
  var WORDS = { kept: "fresh", broken: "stale", "on data": "checked on data", unknown: "not known", pii: "PII" };
  var TONES = { stable: "good", deprecated: "warn", retired: "bad", kept: "good", broken: "bad" };
  var RANKS = {
    tier: ["gold", "silver", "bronze"], status: ["stable", "prerelease", "superseded", "deprecated", "retired"],
    freshness: ["broken", "unknown", "on data", "kept"],
  };
  var SORTS = ["name", "domain", "owner", "tier", "status", "freshness", "contract", "consumers"];

  var index, table, body, facets, text, count, more, sortSelect;
  var products = []; // numbers of entries
  var rows = new Map(); // by number: the row, of the page or made here
  var domains = new Map(); // the page of each, by name
  var state = { q: "", sort: "", chosen: {} };
  var shown = ROWS;
  var matched = null; // what the text finds, best first; `null` without a text
  var wide = {}; // facets all of whose choices are shown
  var asked = 0;

  document.addEventListener("DOMContentLoaded", function () {
    table = document.getElementById("products");
    if (!table) return;
    M.search.index().then(start, function () {
      document.documentElement.removeAttribute("data-list"); // the page is what it is without us
    });
  });

  function start(found) {
    index = found;
    body = table.tBodies[0];
    facets = document.getElementById("facets");
    text = document.getElementById("list-q");
    count = document.getElementById("list-count");
    more = document.getElementById("list-more");
    sortSelect = document.getElementById("list-sort");
    for (var e = 0; e < index.size && M.search.value(index, "kind", e) === "product"; e++) products.push(e);
    Array.prototype.forEach.call(body.rows, function (row) { rows.set(Number(row.getAttribute("data-entry")), row); });
    document.documentElement.setAttribute("data-list", "");
    headers();
    text.addEventListener("input", function () {
      state.q = text.value;
      find();
    });
    sortSelect.addEventListener("change", function () { sortBy(sortSelect.value); });
    more.addEventListener("click", function () {
      var first = body.rows.length;
      shown += ROWS;
      show();
      var link = body.rows[first] && body.rows[first].querySelector("a");
      if (link) link.focus();
    });
    document.getElementById("list-clear").addEventListener("click", function () {
      state = { q: "", sort: state.sort, chosen: {} };
      text.value = "";
      find();
      text.focus();
    });
    facets.addEventListener("change", choose);
    facets.addEventListener("click", widen);
    addEventListener("hashchange", function () {
      if (hashOf() !== location.hash.slice(1)) read();
    });
    if (matchMedia("(min-width: 64rem)").matches) facets.querySelector("details").open = true;
    read();
  }

  /* ---- the address ---- */

  function read() {
    var given = new URLSearchParams(location.hash.length > 1 ? location.hash.slice(1) : location.search);
    state = { q: given.get("q") || "", sort: "", chosen: {} };
    var sort = given.get("sort") || "";
    if (SORTS.indexOf(sort.replace(/^-/, "")) >= 0) state.sort = sort;
    FACETS.forEach(function (facet) {
      if (given.has(facet[0])) state.chosen[facet[0]] = given.getAll(facet[0]);
    });
    text.value = state.q;
    find();
  }

  function hashOf() {
    var given = new URLSearchParams();
    if (state.q.trim()) given.append("q", state.q.trim());
    FACETS.forEach(function (facet) {
      (state.chosen[facet[0]] || []).forEach(function (one) { given.append(facet[0], one); });
    });
    if (state.sort) given.append("sort", state.sort);
    return given.toString();
  }

  function write() {
    var hash = hashOf();
    if (!location.search && hash === location.hash.slice(1)) return;
    try {
      history.replaceState(null, "", location.pathname + (hash ? "#" + hash : ""));
    } catch (_) {
      location.hash = hash; // where history is closed to us
    }
  }

  /* ---- what is chosen ---- */

  function find() {
    shown = ROWS;
    var query = state.q.trim();
    var turn = ++asked;
    if (!query) {
      matched = null;
      show();
      return;
    }
    M.search.ask(query, Infinity, function (found) {
      if (turn !== asked) return false;
      var group = found.groups.find(function (one) { return one.kind === "product"; });
      matched = group ? group.items.map(function (item) { return item.entry; }) : [];
      show();
      return true;
    });
  }

  function choose(event) {
    var name = event.target.name;
    var boxes = facets.querySelectorAll("input[name='" + name + "']:checked");
    var chosen = Array.prototype.map.call(boxes, function (box) { return box.value; });
    if (chosen.length) state.chosen[name] = chosen;
    else delete state.chosen[name];
    shown = ROWS;
    show();
  }

  function widen(event) {
    var name = event.target.getAttribute && event.target.getAttribute("data-widen");
    if (!name) return;
    wide[name] = !wide[name];
    drawFacets();
    var next = facets.querySelector("[data-widen='" + name + "']");
    if (next) next.focus();
  }

  /* What an entry has of a facet. Several parts of an owner are one. */
  function valuesOf(name, e) {
    var found = M.search.value(index, name, e);
    if (name === "owner") return [found[0] || ""];
    return Array.isArray(found) && found.length ? found : [Array.isArray(found) ? "" : found];
  }

  function passes(e, except) {
    return FACETS.every(function (facet) {
      var name = facet[0];
      var chosen = state.chosen[name];
      if (!chosen || name === except) return true;
      return valuesOf(name, e).some(function (one) { return chosen.indexOf(one) >= 0; });
    });
  }

  /* ---- order ---- */

  function keyOf(name, e) {
    if (name === "name") return M.search.label(index, e).split(".").slice(1).join(".").toLowerCase();
    if (name === "consumers") return index.data.consumers[e];
    var found = valuesOf(name, e)[0];
    if (RANKS[name]) return RANKS[name].indexOf(found) < 0 ? 99 : RANKS[name].indexOf(found);
    if (name === "contract") return found.split(".").map(function (part) { return part.padStart(6, "0"); }).join(".");
    return found ? found.toLowerCase() : "\uffff"; // what has none stands last
  }

  function sorted(found) {
    if (!state.sort) return found;
    var name = state.sort.replace(/^-/, "");
    var sign = state.sort[0] === "-" ? -1 : 1;
    var keys = new Map(found.map(function (e) { return [e, keyOf(name, e)]; }));
    return found.slice().sort(function (a, b) {
      var one = keys.get(a);
      var other = keys.get(b);
      return one < other ? -sign : one > other ? sign : a - b;
    });
  }

  function headers() {
    Array.prototype.forEach.call(table.tHead.rows[0].cells, function (cell) {
      var name = cell.getAttribute("data-sort");
      var button = M.el("button", { type: "button", class: "sort" }, cell.textContent);
      cell.textContent = "";
      cell.append(button);
      cell.setAttribute("aria-sort", "none");
      button.addEventListener("click", function () {
        var first = name === "consumers" ? "-consumers" : name;
        var second = name === "consumers" ? "consumers" : "-" + name;
        sortBy(state.sort === first ? second : state.sort === second ? "" : first);
      });
    });
  }

  function sortBy(sort) {
    state.sort = sort;
    show();
  }

  /* ---- what is shown ---- */

  function show() {
    write();
    var found = sorted((matched || products).filter(function (e) { return passes(e); }));
    var some = found.slice(0, shown);
    var all = document.createDocumentFragment();
    some.forEach(function (e) { all.append(rowOf(e)); });
    body.textContent = "";
    body.append(all);
    var left = found.length - some.length;
    more.hidden = left <= 0;
    more.textContent = "Show " + Math.min(left, ROWS).toLocaleString("en") + " more";
    var narrowed = Boolean(matched) || Object.keys(state.chosen).length > 0;
    count.textContent = found.length.toLocaleString("en") + (narrowed ? " of " + products.length.toLocaleString("en") : "") + " shown";
    document.getElementById("list-clear").hidden = !narrowed;
    document.getElementById("list-none").hidden = found.length > 0;
    Array.prototype.forEach.call(table.tHead.rows[0].cells, function (cell) {
      var name = cell.getAttribute("data-sort");
      cell.setAttribute("aria-sort", state.sort === name ? "ascending" : state.sort === "-" + name ? "descending" : "none");
    });
    sortSelect.value = state.sort;
    drawFacets();
    describe(some);
  }

  function rowOf(e) {
    if (!rows.has(e)) rows.set(e, made(e));
    return rows.get(e);
  }

  /* A row of another page, as the template has it. */
  function made(e) {
    var of = function (name) { return valuesOf(name, e)[0]; };
    var name = M.search.label(index, e).slice(M.search.value(index, "project", e).length + 1);
    var link = M.el("a", { href: M.root + M.search.url(index, e) }, name);
    var until = M.search.value(index, "until", e);
    var classes = valuesOf("class", e).filter(function (one) { return one === "pii" || one === "confidential"; });
    var row = M.el("tr", { "data-entry": e }, M.el("th", { scope: "row" }, link));
    classes.forEach(function (one) {
      row.firstChild.append(" ", M.el("span", { class: "chip chip-" + (one === "pii" ? "bad" : "warn") }, WORDS[one] || one));
    });
    row.append(
      cell("Domain", M.el("a", { href: M.root + domainUrl(of("domain")) }, of("domain"))), cell("Owner", of("owner") || muted("nobody is named")), cell("Tier", of("tier") || muted("–")),
      cell("Status", chip(of("status")), until ? M.el("span", { class: "ends muted" }, (of("status") === "retired" ? "ended " : "ends ") + until) : ""),
      cell("Freshness", of("freshness") ? chip(of("freshness")) : muted("no promise")), cell("Contract", of("contract")),
      cell("Consumers", String(index.data.consumers[e]))
    );
    row.lastChild.className = "num";
    return row;
  }

  function domainUrl(name) {
    if (!domains.size) {
      for (var e = products.length; e < index.size; e++) {
        if (M.search.value(index, "kind", e) === "domain") domains.set(M.search.value(index, "domain", e), M.search.url(index, e));
      }
    }
    return domains.get(name) || "domains.html";
  }

  function cell(label) {
    return M.el.apply(null, ["td", { "data-label": label }].concat(Array.prototype.slice.call(arguments, 1)));
  }

  function muted(words) {
    return M.el("span", { class: "muted" }, words);
  }

  function chip(one) {
    return M.el("span", { class: "chip" + (TONES[one] ? " chip-" + TONES[one] : "") }, WORDS[one] || one);
  }

  /* The first words about rows that were made here come from files of their own. */
  function describe(some) {
    var size = index.data.in_a_file;
    var bare = some.filter(function (e) { return !rows.get(e).querySelector(".about"); });
    var keys = Array.from(new Set(bare.map(function (e) { return Math.floor(e / size); })));
    keys = keys.filter(function (k) { return !index.abouts[k] && !index.missing["search/about-" + k]; });
    M.search.fetch(index, keys.map(function (k) { return "search/about-" + k; })).then(function () {
      bare.forEach(function (e) {
        var about = M.search.about(index, e);
        if (about && !rows.get(e).querySelector(".about")) rows.get(e).cells[0].append(M.el("span", { class: "about" }, about));
      });
    });
  }

  function drawFacets() {
    var into = document.getElementById("facets-in");
    var focused = document.activeElement && into.contains(document.activeElement) ? document.activeElement : null;
    var back = focused && focused.name ? [focused.name, focused.value] : null;
    into.textContent = "";
    FACETS.forEach(function (facet) {
      var made = facetOf(facet[0], facet[1]);
      if (made) into.append(made);
    });
    if (!back) return;
    Array.prototype.forEach.call(into.querySelectorAll("input"), function (box) {
      if (box.name === back[0] && box.value === back[1]) box.focus();
    });
  }

  /* The choices of one facet, each with how many there are among what all the others leave. */
  function facetOf(name, title) {
    var counts = new Map();
    products.forEach(function (e) {
      valuesOf(name, e).forEach(function (one) { if (!counts.has(one)) counts.set(one, 0); });
    });
    var chosen = state.chosen[name] || [];
    chosen.forEach(function (one) { if (!counts.has(one)) counts.set(one, 0); });
    if (counts.size < 2 && !chosen.length) return null;
    (matched || products).forEach(function (e) {
      if (passes(e, name)) valuesOf(name, e).forEach(function (one) { counts.set(one, counts.get(one) + 1); });
    });
    var choices = Array.from(counts).sort(function (a, b) {
      var rank = RANKS[name] ? RANKS[name].indexOf(a[0]) - RANKS[name].indexOf(b[0]) : 0;
      if (!a[0] || !b[0]) return a[0] ? -1 : 1;
      return rank || (chosen.indexOf(b[0]) >= 0) - (chosen.indexOf(a[0]) >= 0) || b[1] - a[1] || (a[0] < b[0] ? -1 : 1);
    });
    var set = M.el("fieldset", {}, M.el("legend", {}, title));
    choices.slice(0, wide[name] ? choices.length : FEW).forEach(function (choice) {
      var box = M.el("input", { type: "checkbox", name: name, value: choice[0], checked: chosen.indexOf(choice[0]) >= 0 });
      var words = choice[0] ? WORDS[choice[0]] || choice[0] : NONE[name] || "none";
      set.append(M.el("label", {}, box, M.el("span", {}, words), M.el("span", { class: "count" }, choice[1].toLocaleString("en"))));
    });
    if (choices.length > FEW) {
      set.append(M.el("button", { type: "button", "data-widen": name }, wide[name] ? "Show fewer" : "Show all " + choices.length));
    }
    return set;
  }
})();
