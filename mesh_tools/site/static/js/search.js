/* The search box of every page: a combobox over what is found. Without it the form leads to the list of products. */
(function () {
  "use strict";

  var SHOWN = 6; // of each kind
  var TITLES = { product: "Products", column: "Columns", domain: "Domains", exposure: "Exposures", model: "Models", page: "Pages" };
  var STATUS = { deprecated: "warn", retired: "bad", superseded: "", prerelease: "" };

  var form, box, panel, note, list, status;
  var options = [];
  var current = -1; // which option is active
  var shownFor = null; // the query that the panel is about

  document.addEventListener("DOMContentLoaded", function () {
    form = document.querySelector("form[role=search]");
    box = document.getElementById("q");
    if (!form || !box) return;
    build();
    box.addEventListener("focus", function () {
      warmUp();
      if (box.value.trim()) search();
    });
    box.addEventListener("input", search);
    box.addEventListener("keydown", onKey);
    form.addEventListener("submit", function (event) {
      if (current < 0) return;
      event.preventDefault();
      options[current].click();
    });
    form.addEventListener("focusout", function (event) {
      if (!form.contains(event.relatedTarget)) close();
    });
    document.addEventListener("pointerdown", function (event) {
      if (!form.contains(event.target)) close();
    });
    document.addEventListener("keydown", function (event) {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      event.preventDefault();
      box.focus();
      box.select();
    });
  });

  function build() {
    note = M.el("p", { class: "found-note" });
    list = M.el("div", { id: "q-found", role: "listbox", "aria-label": "Found" });
    panel = M.el("div", { class: "found", hidden: true }, note, list, hint());
    status = M.el("p", { class: "visually-hidden", role: "status" });
    form.append(M.el("kbd", { class: "search-key", "aria-hidden": "true" }, "/"), panel, status);
    var attributes = { role: "combobox", "aria-expanded": "false", "aria-controls": "q-found", "aria-autocomplete": "list", "aria-keyshortcuts": "/" };
    Object.keys(attributes).forEach(function (name) { box.setAttribute(name, attributes[name]); });
    panel.addEventListener("pointerdown", function (event) {
      if (event.button === 0) event.preventDefault(); // the box keeps the focus
    });
  }

  function isTyping(element) {
    return /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName) || element.isContentEditable;
  }

  function warmUp() {
    M.search.index().then(
      function (index) { return M.search.fetch(index, index.columns ? [] : ["search/columns"]); },
      function () {}
    );
  }

  /* ---- searching ---- */

  function search() {
    var query = box.value.trim();
    shownFor = query;
    if (!query) {
      close();
      return;
    }
    M.search.ask(query, SHOWN, function (found, index) {
      if (shownFor !== query) return false;
      show(found, index, query);
      return true;
    }).catch(function () {
      if (shownFor === query) tell("The search index cannot be loaded.");
    });
  }

  function show(found, index, query) {
    var kept = current >= 0 ? options[current].href : null;
    options = [];
    current = -1;
    list.textContent = "";
    if (!found.total && found.needed.length) return; // more is on its way
    if (!found.total) {
      tell("Nothing is called " + query + ", and no column or description says so.");
      return;
    }
    found.groups.forEach(function (group) { list.append(groupOf(group, found, index)); });
    var text = found.corrected ? "Nothing for " + query + ". Shown: " + found.corrected : "";
    open(text, text || found.total.toLocaleString("en") + " found");
    options.forEach(function (option, at) {
      if (option.href === kept) activate(at);
    });
    describe(found, index);
  }

  function tell(text) {
    options = [];
    current = -1;
    list.textContent = "";
    open(text, text);
  }

  function hint() {
    var keys = [["↑↓", "choose"], ["↵", "open, or list all"], ["esc", "close"]].map(function (pair) {
      return M.el("span", {}, M.el("kbd", {}, pair[0]), " " + pair[1]);
    });
    var filters = M.el("span", { class: "found-filters" }, "narrow down: ", M.el("code", {}, "domain:"), " ", M.el("code", {}, "column:"), " ", M.el("code", {}, "owner:"), " ", M.el("code", {}, "tag:"));
    return M.el.apply(null, ["p", { class: "found-hint", "aria-hidden": "true" }].concat(keys, [filters]));
  }

  /* ---- what is shown ---- */

  function groupOf(group, found, index) {
    var items = group.items;
    var id = "q-" + group.kind;
    var more = group.total > items.length ? items.length + " of " + group.total.toLocaleString("en") : String(group.total);
    var title = M.el("div", { class: "found-title", id: id, role: "presentation" }, TITLES[group.kind], M.el("span", {}, more));
    var made = M.el("div", { role: "group", "aria-labelledby": id, class: "found-group" }, title);
    items.forEach(function (item) { made.append(optionOf(item, found, index)); });
    return made;
  }

  function optionOf(item, found, index) {
    var e = item.entry;
    var isColumn = item.column >= 0;
    var href = isColumn ? M.search.columnUrl(index, e, item.column) : M.search.url(index, e);
    var name = M.el("span", { class: "found-name" });
    var label = M.search.label(index, e);
    if (isColumn) {
      mark(name, M.search.columnName(index, item.column), found.query.terms);
      name.append(" ", mark(M.el("span", { class: "found-of" }, "in "), label, found.query.terms));
    } else mark(name, label, found.query.terms);
    breakable(name);
    var side = M.el("span", { class: "found-side" });
    var state = M.search.value(index, "status", e);
    if (state in STATUS) side.append(M.el("span", { class: "chip" + (STATUS[state] ? " chip-" + STATUS[state] : "") }, state));
    if (!M.search.isPublic(index, e)) side.append(M.el("span", { class: "chip" }, "internal"));
    var beside = aside(index, e, isColumn);
    if (beside) side.append(M.el("span", { class: "muted" }, beside));
    var under = M.el("span", { class: "found-under" });
    if (item.why.length) under.append(M.el("span", { class: "found-why" }, "in ", mark(M.el("span", {}), item.why.join(", "), found.query.terms)));
    var option = M.el("a", { href: M.root + href, role: "option", id: "q-" + options.length, class: "found-one", tabindex: "-1", "aria-selected": "false" }, name, side, under);
    if (!isColumn) option.setAttribute("data-entry", e);
    var at = options.push(option) - 1;
    option.addEventListener("pointermove", function () { activate(at); });
    return option;
  }

  /* The domain, where the name does not begin with it; and what puts one before another. */
  function aside(index, e, isColumn) {
    var kind = M.search.value(index, "kind", e);
    var domain = M.search.value(index, "domain", e);
    var number = index.data.consumers[e];
    var words = [];
    if (domain && kind !== "domain" && domain !== M.search.value(index, "project", e)) words.push(domain);
    if (number && !isColumn) words.push(number.toLocaleString("en") + (kind === "domain" ? " product" : " reader") + (number === 1 ? "" : "s"));
    return words.join(" · ");
  }

  /* Long names may go on in the next line after a dot or an underscore. */
  function breakable(element) {
    Array.prototype.slice.call(element.childNodes).forEach(function (node) {
      if (node.nodeType === 1) return breakable(node);
      var parts = node.nodeValue.match(/[^_.]*[_.]?/g).filter(Boolean);
      parts.slice(0, -1).forEach(function (part) { element.insertBefore(document.createTextNode(part), node).after(M.el("wbr")); });
      node.nodeValue = parts[parts.length - 1] || "";
      var ends = /[_.]$/.test(node.nodeValue);
      if (ends) node.after(M.el("wbr"));
    });
  }

  /* Adds the first words about each to its option, once they are there. */
  function describe(found, index) {
    var waiting = options.filter(function (option) { return option.hasAttribute("data-entry"); });
    var query = shownFor;
    var size = index.data.in_a_file;
    var keys = waiting.map(function (option) { return "search/about-" + Math.floor(option.getAttribute("data-entry") / size); });
    keys = keys.filter(function (key, at) {
      return keys.indexOf(key) === at && !index.abouts[key.split("-")[1]] && !index.missing[key];
    });
    M.search.fetch(index, keys).then(function () {
      if (shownFor !== query) return;
      waiting.forEach(function (option) {
        var text = M.search.about(index, Number(option.getAttribute("data-entry")));
        var under = option.lastChild;
        if (text && !under.querySelector(".found-about")) under.append(mark(M.el("span", { class: "found-about" }), text, found.query.terms));
      });
    });
  }

  /* `text` as a child of `into`, with what was looked for marked. */
  function mark(into, text, terms) {
    var at = 0;
    M.search.marks(text, terms).forEach(function (one) {
      into.append(text.slice(at, one[0]), M.el("mark", {}, text.slice(one[0], one[1])));
      at = one[1];
    });
    into.append(text.slice(at));
    return into;
  }

  /* ---- the combobox ---- */

  function open(text, said) {
    note.textContent = text;
    note.hidden = !text;
    list.hidden = !options.length;
    status.textContent = said;
    panel.hidden = false;
    box.setAttribute("aria-expanded", "true");
    box.removeAttribute("aria-activedescendant");
  }

  function close() {
    panel.hidden = true;
    shownFor = null;
    options = [];
    current = -1;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
    status.textContent = "";
  }

  function activate(at) {
    if (current >= 0) options[current].setAttribute("aria-selected", "false");
    current = at;
    if (at < 0) {
      box.removeAttribute("aria-activedescendant");
      return;
    }
    options[at].setAttribute("aria-selected", "true");
    box.setAttribute("aria-activedescendant", options[at].id);
  }

  function onKey(event) {
    if (event.key === "Escape") {
      if (panel.hidden) box.value = "";
      else event.preventDefault(); // which would empty the box
      close();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (panel.hidden) {
        search();
        return;
      }
      var step = event.key === "ArrowDown" ? 1 : -1;
      if (!options.length) return;
      // One place more than there are options: the box itself.
      var places = options.length + 1;
      activate(((current + 1 + step + places) % places) - 1);
      if (current >= 0) options[current].scrollIntoView({ block: "nearest" });
    } else if (event.key === "Tab") close();
  }
})();
