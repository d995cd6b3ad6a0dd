/* The map: one view at a time, what is shown by strength and by domain, and the refs of a coupling beside it. */
(function () {
  "use strict";

  var drawing = document.querySelector(".mesh-map");
  var least = document.getElementById("map-least");
  var chosen = document.getElementById("map-domain");
  var panel = document.getElementById("map-panel");
  if (!drawing || !chosen) return; // nothing is coupled

  var edges = all(".map-edge[data-from]", drawing);
  var boxes = all(".map-box", drawing);
  var views = all("[data-view]", document);
  var switches = all("[data-show]", document);
  var opener = null; // what the panel was opened with

  function all(selector, within) {
    return Array.prototype.slice.call(within.querySelectorAll(selector));
  }

  function touches(element, domain) {
    return element.getAttribute("data-from") === domain || element.getAttribute("data-to") === domain;
  }

  /* One view at a time; without this script they stand one below the other. */
  function show(id) {
    views.forEach(function (view) {
      view.hidden = view.id !== id;
    });
    if (least) least.closest(".map-least").hidden = id !== "view-map"; // the matrix has all
    switches.forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.getAttribute("data-show") === id));
    });
  }

  function filter() {
    var steps = least.getAttribute("data-steps").split(" ").map(Number);
    var minimum = steps[Number(least.value)];
    var words = minimum.toLocaleString("en") + (minimum === 1 ? " reader" : " readers");
    var hidden = 0;
    edges.forEach(function (edge) {
      var strength = edge.getAttribute("data-strength"); // none: of a cycle, it stays
      var isShown = strength === null || Number(strength) >= minimum;
      edge.classList.toggle(edge.classList.contains("weak") ? "on" : "off", edge.classList.contains("weak") === isShown);
      if (!isShown) hidden += 1;
    });
    least.setAttribute("aria-valuetext", words);
    document.getElementById("map-least-shown").textContent = words;
    document.getElementById("map-left-out").textContent = hidden
      ? "Left out are " + hidden.toLocaleString("en") + " of " + edges.length.toLocaleString("en") +
        " couplings: they have fewer than " + words + ". The matrix and the list have all."
      : "";
  }

  /* A domain, its neighbours and what is between them; all else steps back. */
  function light(domain) {
    var near = {};
    near[domain] = true;
    edges.forEach(function (edge) {
      var isNear = domain !== "" && touches(edge, domain);
      edge.classList.toggle("lit", isNear);
      if (!isNear) return;
      near[edge.getAttribute("data-from")] = true;
      near[edge.getAttribute("data-to")] = true;
    });
    boxes.forEach(function (box) {
      var number = box.getAttribute("data-domain");
      box.classList.toggle("lit", domain !== "" && near[number] === true);
      box.classList.toggle("middle", number === domain);
    });
    drawing.classList.toggle("dimmed", domain !== "");
  }

  function choose() {
    var domain = chosen.value;
    light(domain);
    all(".coupling-group", document).forEach(function (group) {
      var some = false;
      all(".coupling", group).forEach(function (coupling) {
        coupling.hidden = domain !== "" && !touches(coupling, domain);
        some = some || !coupling.hidden;
      });
      group.hidden = !some;
    });
    all(".matrix [data-row], .matrix [data-column]", document).forEach(function (line) {
      var number = line.getAttribute("data-row") || line.getAttribute("data-column");
      line.classList.toggle("lit-line", domain !== "" && number === domain);
    });
  }

  function open(link) {
    var found = document.getElementById(link.getAttribute("href").slice(1));
    if (!found) return false;
    var copy = M.el("div", { class: "map-panel-body" });
    Array.prototype.forEach.call(found.children, function (child) {
      copy.append(child.cloneNode(true));
    });
    var close = M.el("button", { type: "button", class: "map-close", "aria-label": "Close" }, "\u00d7");
    close.addEventListener("click", shut);
    panel.replaceChildren(close, copy);
    panel.hidden = false;
    if (opener) opener.classList.remove("open");
    opener = link;
    link.classList.add("open");
    close.focus();
    return true;
  }

  function shut() {
    if (panel.hidden) return;
    panel.hidden = true;
    opener.classList.remove("open");
    opener.focus();
    opener = null;
  }

  function under(event) {
    return event.target.closest ? event.target.closest(".map-box") : null;
  }

  function enter(event) {
    var box = under(event);
    if (box) light(box.getAttribute("data-domain"));
  }

  function leave(event) {
    if (under(event)) light(chosen.value);
  }

  switches.forEach(function (button) {
    button.addEventListener("click", function () {
      show(button.getAttribute("data-show"));
    });
  });
  ["mouseover", "focusin"].forEach(function (name) {
    drawing.addEventListener(name, enter);
  });
  ["mouseout", "focusout"].forEach(function (name) {
    drawing.addEventListener(name, leave);
  });
  chosen.addEventListener("change", choose);
  if (least) least.addEventListener("input", filter);
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") shut();
  });
  views.forEach(function (view) {
    view.addEventListener("click", function (event) {
      var link = event.target.closest && event.target.closest(".map-edge, .matrix td a");
      var isPlain = !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;
      if (link && isPlain && open(link)) event.preventDefault();
    });
  });
  show(location.hash === "#matrix" ? "view-matrix" : "view-map");
})();
